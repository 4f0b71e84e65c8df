package org.mtrljudge.reward.stream;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.DeadLetters;

/** Writes the scored groups and dead letters of a job, and counts them. */
final class ScoringOutput {
    private static final String SERVICE = "reward";

    private final ScoringJob job;
    private final RewardMetrics metrics;
    private final ProcessorContext<String, byte[]> context;
    // null in a replay, because nobody queries its statistics
    private final @Nullable WindowStore<String, TaskStatistics> statistics;

    ScoringOutput(final ScoringJob job, final RewardMetrics metrics, final ProcessorContext<String, byte[]> context) {
        this.job = job;
        this.metrics = metrics;
        this.context = context;
        this.statistics = job.isLive() ? context.getStateStore(RewardTopology.STATISTICS) : null;
    }

    void scored(final Record<String, byte[]> rollouts, final ScoredGroup scored) {
        final PromptRequest prompt = scored.getRollout().getPrompt();
        count(prompt.getTask(), rollouts.timestamp(), s -> s.with(scored));
        metrics.scored(scored);
        context.forward(
                rollouts.withValue(
                        job.scored().message(prompt.getPromptId(), scored).value()),
                RewardTopology.SCORED);
    }

    /** @param group null where it could not be read */
    void dead(
            final Record<String, byte[]> rollouts,
            final long offset,
            final @Nullable RolloutGroup group,
            final String why) {
        final PromptRequest prompt = group == null ? null : group.getPrompt();
        final String task = prompt == null ? RewardMetrics.UNREADABLE : prompt.getTask();
        count(task, rollouts.timestamp(), TaskStatistics::withDeadLetter);
        metrics.dead(task);
        final String key = String.valueOf(rollouts.key());
        final byte[] letter = job.deadLetters()
                .message(
                        key,
                        DeadLetters.inPair(
                                DeadLetters.of(
                                        prompt == null ? null : prompt.getPromptId(),
                                        job.rollouts().name(),
                                        context.taskId().partition(),
                                        offset,
                                        SERVICE,
                                        why,
                                        ByteBuffer.wrap(Objects.requireNonNullElse(rollouts.value(), new byte[0]))),
                                prompt == null ? null : prompt.getPairId()))
                .value();
        context.forward(rollouts.withKey(key).withValue(letter), RewardTopology.DEAD_LETTERS);
    }

    private void count(final String task, final long timestampMs, final UnaryOperator<TaskStatistics> change) {
        if (statistics != null) {
            final long window = timestampMs - timestampMs % TaskStatistics.WINDOW.toMillis();
            final TaskStatistics before = statistics.fetch(task, window);
            statistics.put(task, change.apply(before == null ? TaskStatistics.NONE : before), window);
        }
    }
}
