package org.mtrljudge.learner.prompts;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * The record of training prompts: which examples were sent, which prompts are neither learned nor left out yet, and which example
 * is next.
 */
public final class PromptBook {
    /** A broker loses the end of a log. If more is missing, it is the log of another run, or most of it is lost. */
    private static final int MAX_LOST = 10_000;

    private final ExampleSource source;
    private final PromptSchedule schedule;
    private final Map<String, OpenPrompt> open = new LinkedHashMap<>();
    private final Deque<PromptSchedule.Place> unasked;
    private long asked;

    /**
     * The part of the book that a checkpoint contains.
     *
     * @param schedule the position from which the next training examples are drawn
     * @param open the prompts in the log that are neither learned nor left out
     * @param unasked the examples to send before new ones are drawn
     * @param asked the number of training prompts sent so far
     */
    public record Kept(
            PromptSchedule.Position schedule, List<OpenPrompt> open, List<PromptSchedule.Place> unasked, long asked) {
        static final Kept NONE = new Kept(PromptSchedule.Position.START, List.of(), List.of(), 0);
    }

    /** @param from the state from which the book continues */
    public PromptBook(final ExampleSource source, final long seed, final Kept from) {
        this.source = source;
        this.schedule = new PromptSchedule(source, seed, from.schedule());
        this.unasked = new ArrayDeque<>(from.unasked());
        this.asked = from.asked();
        from.open().forEach(prompt -> open.put(prompt.promptId(), prompt));
    }

    /** A prompt to send. */
    public record Next(String promptId, PromptSchedule.Drawn drawn) {
        public OpenPrompt asOpen() {
            return new OpenPrompt(promptId, drawn.place(), drawn.seed());
        }
    }

    /**
     * The next prompt. It is open from now on.
     *
     * @param room see {@link PromptSchedule#next}
     */
    public Next next(final int room) {
        final PromptSchedule.Drawn drawn = unasked.isEmpty() ? schedule.next(room) : again(unasked.remove());
        return enter(drawn);
    }

    /**
     * Whether the next prompt is a later order of a pair. The group of the first order, which is asked already, has no reward without
     * it.
     */
    public boolean isLaterOrderNext() {
        return askedOfThisQuestion() > 0;
    }

    /** The number of orders of the next question that are asked already. */
    public int askedOfThisQuestion() {
        final PromptSchedule.Place next = unasked.isEmpty() ? schedule.laterOrder() : unasked.peek();
        if (next == null || next.pairId() == null) {
            return 0;
        }
        final long left = unasked.isEmpty() ? schedule.laterOrders().size() : count(next.pairId(), unasked);
        return (int) (orders(next) - left);
    }

    /** The number of orders of a question. */
    private int orders(final PromptSchedule.Place place) {
        return 1 + source.otherOrders(place.task(), Split.TRAIN, place.index()).size();
    }

    private static long count(final String pairId, final Collection<PromptSchedule.Place> among) {
        return among.stream().filter(place -> pairId.equals(place.pairId())).count();
    }

    private Next enter(final PromptSchedule.Drawn drawn) {
        final String promptId = PromptIds.training(asked, drawn.example().id());
        asked++;
        final Next next = new Next(promptId, drawn);
        open.put(promptId, next.asOpen());
        return next;
    }

    /**
     * Enters a training prompt that was written to the log before a restart. A number that is already entered is ignored: a checkpoint
     * has its prompt, or the log has the prompt twice. Prompts before it that the log has lost are drawn again and are open, so that
     * they are asked again.
     *
     * @return the number of prompts that are new
     * @throws LearnerException when another prompt was due
     */
    public long enterLogged(final String promptId) {
        final long missing = PromptIds.trainingNumber(promptId) - asked;
        if (missing < 0) {
            return 0;
        }
        if (missing > MAX_LOST) {
            throw new LearnerException(
                    "the log has the prompt " + promptId + ", but no training prompts with the numbers from " + asked
                            + " on: the log has lost records, and the run cannot continue from them");
        }
        final String exampleId = PromptIds.trainingExample(promptId);
        enterLost((int) missing, exampleId);
        final PromptSchedule.Place first = unasked.peek();
        final boolean waited = first != null && example(first).id().equals(exampleId);
        enter(waited ? again(unasked.remove()) : schedule.redraw(exampleId));
        return missing + 1;
    }

    private void enterLost(final int missing, final String following) {
        int lost = missing;
        for (; lost > 0 && !unasked.isEmpty(); lost--) {
            enter(again(unasked.remove()));
        }
        if (lost > 0) {
            schedule.redrawLost(lost, following).forEach(this::enter);
        }
    }

    /** Draws an example again that the parent of a fork had drawn. It receives a new seed. */
    private PromptSchedule.Drawn again(final PromptSchedule.Place place) {
        return new PromptSchedule.Drawn(place, example(place), new SplittableRandom(asked).nextLong());
    }

    public JudgeExample example(final PromptSchedule.Place place) {
        return source.example(place.task(), Split.TRAIN, place.index());
    }

    /** Removes prompts that were learned or left out from the open prompts. */
    public void removeOpen(final Collection<String> promptIds) {
        open.keySet().removeAll(promptIds);
    }

    /** The prompt with this id; null when it is not open. */
    public @Nullable OpenPrompt open(final String promptId) {
        return open.get(promptId);
    }

    public List<OpenPrompt> open() {
        return List.copyOf(open.values());
    }

    public PromptSchedule.Position schedule() {
        return schedule.position();
    }

    /** The examples to send before new ones are drawn. */
    public List<PromptSchedule.Place> unasked() {
        return List.copyOf(unasked);
    }

    /**
     * The examples that another run has to send before it draws new ones: the examples of open prompts and the unasked examples.
     * The other run uses its own prompt ids, and draws from {@link PromptSchedule.Position#withoutLaterOrders}. Where an order of a pair is
     * gone, the others are sent without a pair id.
     */
    public List<PromptSchedule.Place> openAndUnasked() {
        final List<PromptSchedule.Place> places = new ArrayList<>();
        open.values().forEach(prompt -> places.add(prompt.place()));
        places.addAll(unasked);
        places.addAll(schedule.laterOrders());
        return places.stream()
                .map(place ->
                        isPaired(place, places) ? place : new PromptSchedule.Place(place.task(), place.index(), null))
                .toList();
    }

    private boolean isPaired(final PromptSchedule.Place place, final List<PromptSchedule.Place> among) {
        return place.pairId() != null && count(place.pairId(), among) == orders(place);
    }
}
