package org.mtrljudge.learner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.model.EncodedPrompt;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.tasks.JudgeExample;

/** Collects training batches: asks within its credit, sorts answers into learned, stale and dead. */
final class BatchCollector implements BatchSource {
    private final LearnerSettings settings;
    private final Exchange exchange;
    private final PromptSchedule schedule;
    private final JudgeModel model;
    private final Map<String, EncodedPrompt> encoded = new HashMap<>();
    private final List<String> staleIds = new ArrayList<>();
    private GroupCounts counts = GroupCounts.NONE;
    private List<Taken> batch = new ArrayList<>();

    BatchCollector(
            final LearnerSettings settings,
            final Exchange exchange,
            final PromptSchedule schedule,
            final JudgeModel model) {
        this.settings = settings;
        this.exchange = exchange;
        this.schedule = schedule;
        this.model = model;
    }

    @Override
    public List<Taken> collect(final int version, final int stepsLeft) {
        final int size = settings.data().rolloutBatchSize();
        batch.removeIf(
                taken -> leftOut(taken.answer(), version)); // in hand since the last step, and a version older now
        ask(version, stepsLeft);
        while (batch.size() < size) {
            for (final ScoredReader.Answer answer : exchange.answers()) {
                take(answer, version);
            }
            ask(version, stepsLeft);
        }
        final List<Taken> full = new ArrayList<>(batch.subList(0, size));
        batch = new ArrayList<>(batch.subList(size, batch.size()));
        return full;
    }

    private void ask(final int version, final int stepsLeft) {
        final long wanted = (long) stepsLeft * settings.data().rolloutBatchSize();
        while (exchange.credit() > 0 && unlearned() < wanted) {
            final PromptSchedule.Drawn drawn = schedule.next((int) (wanted - unlearned()));
            final JudgeExample example = drawn.example();
            final Sampling sampling = new Sampling(
                    settings.rollout().temperature(),
                    settings.rollout().topP(),
                    settings.data().maxResponseLength(),
                    schedule.nextSeed());
            final PromptRequest prompt = PromptWriter.request(
                    "train-" + counts.published() + "-" + example.id(),
                    example,
                    settings.rollout().n(),
                    sampling,
                    Purpose.TRAIN,
                    version,
                    drawn.pairId());
            encoded.put(prompt.getPromptId(), model.encode(example.prompt(), example.pictures(), example.id()));
            exchange.ask(prompt);
            counts = counts.onePublished();
        }
        exchange.flush();
    }

    /** Groups that are out or in hand. */
    private long unlearned() {
        return counts.published() - counts.learned() - counts.stale() - counts.dead();
    }

    private void take(final ScoredReader.Answer answer, final int version) {
        final EncodedPrompt prompt = encoded.remove(answer.promptId());
        if (answer instanceof ScoredReader.Answer.Scored scored && prompt != null) {
            if (!leftOut(scored, version)) {
                batch.add(new Taken(scored, LearnedGroup.of(prompt, scored.group())));
            }
        } else {
            counts = counts.oneDead();
            exchange.release(answer.promptId());
        }
    }

    /** Whether a group is too old for the weights of a version; then it is counted and its credit is free again. */
    private boolean leftOut(final ScoredReader.Answer.Scored answer, final int version) {
        final int age = version - answer.group().getRollout().getPolicyVersion();
        if (age <= settings.trainer().maxStaleness()) {
            return false;
        }
        counts = counts.oneStale();
        staleIds.add(answer.promptId());
        exchange.release(answer.promptId());
        return true;
    }

    /** Its credit is free again. */
    @Override
    public void learned(final List<Taken> full) {
        for (final Taken taken : full) {
            counts = counts.oneLearned();
            exchange.release(taken.answer().promptId());
        }
    }

    @Override
    public List<String> drainStaleIds() {
        final List<String> ids = List.copyOf(staleIds);
        staleIds.clear();
        return ids;
    }

    @Override
    public GroupCounts counts() {
        return counts;
    }

    /** The exchange belongs to the learner. */
    @Override
    public void close() {}
}
