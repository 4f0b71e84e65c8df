package org.mtrljudge.learner.prompts;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** Which training examples were asked, which of them are neither learned nor left out yet, and what comes next. */
public final class PromptBook {
    private final ExampleSource source;
    private final PromptSchedule schedule;
    private final Map<String, OpenPrompt> open = new LinkedHashMap<>();
    private final Deque<PromptSchedule.Place> unasked;
    private long asked;

    /**
     * What a checkpoint keeps of it.
     *
     * @param schedule where training examples are drawn from next
     * @param open prompts that are in the log and neither learned nor left out
     * @param unasked examples that are asked before new ones are drawn
     * @param asked how many training prompts were asked
     */
    public record Kept(
            PromptSchedule.Position schedule, List<OpenPrompt> open, List<PromptSchedule.Place> unasked, long asked) {
        static final Kept NONE = new Kept(PromptSchedule.Position.START, List.of(), List.of(), 0);
    }

    /** @param from where the book goes on */
    public PromptBook(final ExampleSource source, final long seed, final Kept from) {
        this.source = source;
        this.schedule = new PromptSchedule(source, seed, from.schedule());
        this.unasked = new ArrayDeque<>(from.unasked());
        this.asked = from.asked();
        from.open().forEach(prompt -> open.put(prompt.promptId(), prompt));
    }

    /** A prompt to ask. */
    public record Next(String promptId, PromptSchedule.Drawn drawn) {}

    /** The next prompt, which is open from now on. @param room as {@link PromptSchedule#next} takes it */
    public Next next(final int room) {
        final PromptSchedule.Drawn drawn = unasked.isEmpty() ? schedule.next(room) : again(unasked.remove());
        return enter(drawn);
    }

    private Next enter(final PromptSchedule.Drawn drawn) {
        final String promptId = PromptIds.training(asked, drawn.example().id());
        asked++;
        open.put(promptId, new OpenPrompt(promptId, drawn.place()));
        return new Next(promptId, drawn);
    }

    /**
     * Enters a training prompt that the log has from before a restart.
     *
     * @throws LearnerException when another was due
     */
    public void enterLogged(final String promptId) {
        final String exampleId = PromptIds.trainingExample(promptId);
        final PromptSchedule.Place first = unasked.peek();
        final boolean waited = first != null && example(first).id().equals(exampleId);
        enter(waited ? again(unasked.remove()) : schedule.redraw(exampleId));
    }

    /** An example that was drawn by a fork's parent, with a seed of its own. */
    private PromptSchedule.Drawn again(final PromptSchedule.Place place) {
        return new PromptSchedule.Drawn(place, example(place), new SplittableRandom(asked).nextLong());
    }

    public JudgeExample example(final PromptSchedule.Place place) {
        return source.example(place.task(), Split.TRAIN, place.index());
    }

    /** Takes prompts that were learned or left out from the open ones. */
    public void removeOpen(final Collection<String> promptIds) {
        open.keySet().removeAll(promptIds);
    }

    public List<OpenPrompt> open() {
        return List.copyOf(open.values());
    }

    public PromptSchedule.Position schedule() {
        return schedule.position();
    }

    /** Examples that are to be asked before new ones are drawn. */
    public List<PromptSchedule.Place> unasked() {
        return List.copyOf(unasked);
    }

    /**
     * What another run, which asks by ids of its own, has to ask before new ones are drawn: what is open and what was not asked yet.
     * An order of a pair whose other is settled goes alone.
     */
    public List<PromptSchedule.Place> openAndUnasked() {
        final List<PromptSchedule.Place> places = new ArrayList<>();
        open.values().forEach(prompt -> places.add(prompt.place()));
        places.addAll(unasked);
        return places.stream()
                .map(place ->
                        isPaired(place, places) ? place : new PromptSchedule.Place(place.task(), place.index(), null))
                .toList();
    }

    private static boolean isPaired(final PromptSchedule.Place place, final List<PromptSchedule.Place> among) {
        return place.pairId() != null
                && among.stream().filter(p -> place.pairId().equals(p.pairId())).count() == 2;
    }
}
