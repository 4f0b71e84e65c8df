package org.mtrljudge.reward.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;

/** Writes the scored groups and dead letters of a job, and counts them. */
final class ScoringOutput {
    private static final String SERVICE = "reward";
    // a record and its batch have headers in addition to key and value
    private static final int MAX_BYTES = KafkaClients.MAX_RECORD_BYTES - 1024;
    /** In characters. The changelogs have Kafka's limit of 1 MiB per record, and their keys are ids. */
    private static final int MAX_ID_LENGTH = 10_000;

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

    /**
     * Refuses ids that cannot be keys of a changelog. Kafka Streams would end, now and after every restart.
     *
     * @throws IllegalArgumentException that names the id
     */
    static void checkIds(final PromptRequest prompt) {
        checkId("prompt id", prompt.getPromptId());
        checkId("task", prompt.getTask());
        checkId("pair id", Objects.requireNonNullElse(prompt.getPairId(), ""));
    }

    /** Whether an id can be the key of a changelog. */
    static boolean canBeKey(final String id) {
        return id.length() <= MAX_ID_LENGTH && id.indexOf(WaitingPairs.MARK) < 0;
    }

    static String cut(final String text) {
        return text.substring(0, Math.min(text.length(), MAX_ID_LENGTH));
    }

    private static void checkId(final String name, final String id) {
        if (!canBeKey(id)) {
            throw new IllegalArgumentException(
                    id.length() > MAX_ID_LENGTH
                            ? "its " + name + " has " + id.length() + " characters, at most " + MAX_ID_LENGTH
                                    + " are allowed"
                            : "its " + name + " has a character 0");
        }
    }

    /**
     * Refuses what the broker or the producer would refuse. Kafka Streams would end, now and after every restart.
     *
     * @throws IllegalArgumentException that says what is too large
     */
    static void checkSize(final String what, final @Nullable String key, final int valueBytes) {
        final int keyBytes = key == null ? 0 : key.getBytes(StandardCharsets.UTF_8).length;
        if (keyBytes + valueBytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the group " + what + " has " + (keyBytes + valueBytes) + " bytes, at most " + MAX_BYTES
                            + " are allowed: lower rollout.n, data.max_response_length or what a judge may say (judge.max_tokens)");
        }
    }

    /** @throws IllegalArgumentException when the scored group is too large for a record; then nothing is written or counted */
    void scored(final Record<String, byte[]> rollouts, final ScoredGroup scored) {
        final PromptRequest prompt = scored.getRollout().getPrompt();
        // the rollouts as they were read: most of a scored group
        final byte[] value = job.scored()
                .message(
                        prompt.getPromptId(),
                        scored,
                        job.rollouts().valueSerde().body(rollouts.value()))
                .value();
        checkSize("with its scores", rollouts.key(), value.length);
        count(prompt.getTask(), rollouts.timestamp(), s -> s.with(scored));
        metrics.scored(scored);
        context.forward(rollouts.withValue(value), RewardTopology.SCORED);
    }

    /** @param group null where it could not be read */
    void dead(
            final Record<String, byte[]> rollouts,
            final long offset,
            final @Nullable RolloutGroup group,
            final Refusal refusal) {
        final PromptRequest prompt = group == null ? null : group.getPrompt();
        final String task = prompt == null ? RewardMetrics.UNREADABLE : prompt.getTask();
        count(task, rollouts.timestamp(), TaskStatistics::withDeadLetter);
        metrics.dead(task);
        if (refusal.failure() != null) {
            metrics.failed(task, refusal.failure());
        }
        final String key = cut(String.valueOf(rollouts.key()));
        final DeadLetter letter = DeadLetters.of(
                prompt == null ? null : prompt.getPromptId(),
                job.rollouts().name(),
                context.taskId().partition(),
                offset,
                SERVICE,
                refusal.why(),
                ByteBuffer.wrap(Objects.requireNonNullElse(rollouts.value(), new byte[0])));
        DeadLetters.inPair(letter, prompt == null ? null : prompt.getPairId());
        DeadLetters.failedFor(
                letter, refusal.failure() == null ? null : refusal.failure().word());
        context.forward(
                rollouts.withKey(key)
                        .withValue(job.deadLetters().message(key, letter).value()),
                RewardTopology.DEAD_LETTERS);
    }

    private void count(final String task, final long timestampMs, final UnaryOperator<TaskStatistics> change) {
        if (statistics != null) {
            final long window = timestampMs - timestampMs % TaskStatistics.WINDOW.toMillis();
            final TaskStatistics before = statistics.fetch(task, window);
            statistics.put(task, change.apply(before == null ? TaskStatistics.NONE : before), window);
        }
    }
}
