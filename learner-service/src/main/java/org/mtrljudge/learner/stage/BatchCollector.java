package org.mtrljudge.learner.stage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.algorithm.LearnedGroup;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.prompts.OpenPrompt;
import org.mtrljudge.learner.prompts.PromptBook;
import org.mtrljudge.learner.prompts.PromptSchedule;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.PromptWriter;
import org.mtrljudge.learner.topics.ScoredReader;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.EncodingThreads;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;

/** Collects training batches: sends prompts within its credit, and divides the answers into learned, stale and dead groups. */
public final class BatchCollector implements BatchSource {
    /** So many prompts are drawn, and encoded or waiting for it, before the first of them is sent. */
    private static final int AHEAD = 2 * Runtime.getRuntime().availableProcessors();

    private final LearnerSettings settings;
    private final Exchange exchange;
    private final PromptBook book;
    private final JudgeModel model;
    private final EncodingThreads encoders =
            new EncodingThreads(Runtime.getRuntime().availableProcessors());
    private final Map<String, EncodedPrompt> encoded = new HashMap<>();
    private final Map<String, PromptSchedule.Place> resumed = new HashMap<>();
    private final List<String> staleIds = new ArrayList<>();
    private GroupCounts counts;
    private List<ReceivedGroup> batch = new ArrayList<>();

    /** A prompt that will be sent, and its encoding. */
    private record Drawn(PromptBook.Next next, EncodingThreads.Begun encoded) {}

    /** Continues after the past run: waits for the outstanding prompts, and does not send finished prompts again. */
    public BatchCollector(
            final LearnerSettings settings,
            final Exchange exchange,
            final ExampleSource source,
            final PastRun past,
            final JudgeModel model) {
        this.settings = settings;
        this.exchange = exchange;
        this.book =
                new PromptBook(source, settings.trainer().seed(), past.state().prompts());
        this.model = model;
        this.counts = past.state().counts();
        for (final String promptId : past.trainingIds()) {
            for (long entered = book.enterLogged(promptId); entered > 0; entered--) {
                counts = counts.onePublished();
            }
        }
        book.removeOpen(past.learnedAndStaleIds());
        for (final OpenPrompt prompt : book.open()) {
            exchange.resume(prompt.promptId());
            resumed.put(prompt.promptId(), prompt.place());
        }
    }

    private EncodedPrompt encode(final JudgeExample example) {
        return model.encode(example.system(), example.prompt(), example.pictures(), example.id());
    }

    /** The group as the update reads it; null, and reported as dead, when the model cannot read it. */
    private @Nullable LearnedGroup unpacked(final ScoredReader.Answer.Scored scored) {
        try {
            return LearnedGroup.of(
                    takeEncoded(scored.promptId()),
                    scored.group(),
                    model.config().text().vocabSize());
        } catch (final DataException | ModelException e) {
            exchange.reportDead(scored, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** The prompt as the model reads it. Prompts that were sent before a restart are encoded only when they are needed. */
    private EncodedPrompt takeEncoded(final String promptId) {
        final PromptSchedule.Place place = resumed.remove(promptId);
        final EncodedPrompt prompt = place == null ? encoded.remove(promptId) : encode(book.example(place));
        if (prompt == null) {
            throw new ModelException("the prompt was refused before it was sent");
        }
        return prompt;
    }

    @Override
    public List<ReceivedGroup> collect(final int version, final int stepsLeft) {
        final int size = settings.data().rolloutBatchSize();
        // the waiting groups are now one version older
        batch.removeIf(received -> discardIfStale(received.answer(), version));
        ask(version, stepsLeft);
        while (batch.size() < size) {
            for (final ScoredReader.Answer answer : exchange.answers()) {
                receive(answer, version);
            }
            ask(version, stepsLeft);
            askAgain(version);
        }
        final List<ReceivedGroup> full = new ArrayList<>(batch.subList(0, size));
        batch = new ArrayList<>(batch.subList(size, batch.size()));
        return full;
    }

    /** Asks as much as there is credit for. Prompts are encoded ahead, on several threads, and sent in the order in which they were drawn. */
    private void ask(final int version, final int stepsLeft) {
        final long wanted = (long) stepsLeft * settings.data().rolloutBatchSize();
        final Deque<Drawn> ahead = new ArrayDeque<>();
        do {
            while (ahead.size() < AHEAD && mayAsk(wanted, exchange.credit() - ahead.size())) {
                ahead.add(draw(room(wanted, exchange.credit() - ahead.size())));
                counts = counts.onePublished();
            }
            if (!ahead.isEmpty()) {
                send(ahead.remove(), version);
            }
        } while (!ahead.isEmpty());
        exchange.flush();
    }

    /** @param credit what is left of it when all that was drawn is sent */
    private boolean mayAsk(final long wanted, final int credit) {
        return credit > 0
                ? book.isLaterOrderNext() || unlearned() < wanted
                : book.isLaterOrderNext() && mayAskLaterOrder();
    }

    /**
     * The group of the first order waits for the others. Where the other groups cannot fill the batch, the others are asked although
     * they have no place. Then groups are left over, for the next step or as stale.
     */
    private boolean mayAskLaterOrder() {
        final long others = unlearned() - book.askedOfThisQuestion();
        return others < settings.data().rolloutBatchSize();
    }

    /** The number of prompts that can be asked before the learner has to wait for the answers to all of them. */
    private int room(final long wanted, final int credit) {
        final long left = wanted - unlearned();
        // otherwise the groups in the window are learned meanwhile, and their credit becomes free
        final boolean waitsForAll = unlearned() < settings.data().rolloutBatchSize();
        return (int) (waitsForAll ? Math.min(left, credit) : left);
    }

    private Drawn draw(final int room) {
        final PromptBook.Next next = book.next(room);
        return new Drawn(next, encoders.begin(() -> encode(next.drawn().example())));
    }

    /** An example that the model cannot read is not sent: what the actors generated for it could not be learned. */
    private void send(final Drawn drawn, final int version) {
        final PromptBook.Next next = drawn.next;
        try {
            final EncodedPrompt prompt = drawn.encoded.join();
            exchange.ask(
                    PromptWriter.training(settings, next.asOpen(), next.drawn().example(), version));
            encoded.put(next.promptId(), prompt);
        } catch (final DataException | ModelException e) {
            exchange.refuse(next.promptId(), next.drawn().place().pairId(), String.valueOf(e.getMessage()));
        }
    }

    private void askAgain(final int version) {
        for (final String promptId : exchange.overdue()) {
            final OpenPrompt prompt = book.open(promptId);
            if (prompt != null) {
                try {
                    exchange.askAgain(PromptWriter.training(settings, prompt, book.example(prompt.place()), version));
                } catch (final DataException e) {
                    exchange.reportUnaskable(promptId, String.valueOf(e.getMessage()));
                }
            }
        }
        exchange.flush();
    }

    /** The number of groups that are outstanding or waiting for a batch. */
    private long unlearned() {
        return counts.published() - counts.learned() - counts.stale() - counts.dead();
    }

    private void receive(final ScoredReader.Answer answer, final int version) {
        if (answer instanceof ScoredReader.Answer.Scored scored) {
            if (discardIfStale(scored, version)) {
                return;
            }
            final LearnedGroup group = isSampledAsAsked(scored) ? unpacked(scored) : null;
            if (group != null) {
                batch.add(new ReceivedGroup(scored, group));
                return;
            }
        }
        counts = counts.oneDead();
        closePrompt(answer.promptId());
    }

    private boolean isSampledAsAsked(final ScoredReader.Answer.Scored answer) {
        final String problem = settings.rollout()
                .problemWith(answer.group().getRollout().getPrompt().getSampling());
        if (problem != null) {
            exchange.reportDead(answer, problem);
        }
        return problem == null;
    }

    /** Whether a group is too old for the weights of a version. Such a group is counted as stale, and its credit becomes free. */
    private boolean discardIfStale(final ScoredReader.Answer.Scored answer, final int version) {
        final long age = (long) version - answer.group().getRollout().getPolicyVersion();
        if (age <= settings.trainer().maxStaleness()) {
            return false;
        }
        counts = counts.oneStale();
        staleIds.add(answer.promptId());
        closePrompt(answer.promptId());
        return true;
    }

    /** The prompt is no longer open, and its credit becomes free. */
    private void closePrompt(final String promptId) {
        encoded.remove(promptId);
        resumed.remove(promptId);
        book.removeOpen(List.of(promptId));
        exchange.release(promptId);
    }

    /** The credit of each group becomes free. */
    @Override
    public void learned(final List<ReceivedGroup> full) {
        for (final ReceivedGroup received : full) {
            counts = counts.oneLearned();
            closePrompt(received.answer().promptId());
        }
    }

    @Override
    public void learnedAgain(final TrainingStep logged) {
        logged.getLearned().forEach(group -> counts = counts.oneLearned());
        logged.getStale().forEach(id -> counts = counts.oneStale());
    }

    /** Answers that wait for a batch will be read again. */
    @Override
    public Place place() {
        final List<ScoredReader.Answer> inHand =
                batch.stream().<ScoredReader.Answer>map(ReceivedGroup::answer).toList();
        return new Place(counts, exchange.position(inHand), book.schedule(), book.open(), book.unasked());
    }

    @Override
    public List<String> drainStaleIds() {
        final List<String> ids = List.copyOf(staleIds);
        staleIds.clear();
        return ids;
    }

    @Override
    public long duplicates() {
        return exchange.duplicates();
    }

    @Override
    public GroupCounts counts() {
        return counts;
    }

    /** The exchange belongs to the learner. */
    @Override
    public void close() {
        encoders.close();
    }
}
