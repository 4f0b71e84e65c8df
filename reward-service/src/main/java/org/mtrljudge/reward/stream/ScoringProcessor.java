package org.mtrljudge.reward.stream;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.scoring.GroupScorer;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one rollout group; writes one scored group or one dead letter. A prompt that was already scored is skipped: its first actor
 * may have died after it wrote the rollouts and before it acknowledged the prompt. A group whose reward needs the other order of its
 * pair waits for that order in a store.
 */
final class ScoringProcessor implements Processor<String, byte[], String, byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(ScoringProcessor.class);
    private static final String SERVICE = "reward";

    /** A group, its offset and its record. */
    private record Located(RolloutGroup group, long offset, Record<String, byte[]> record) {
        String promptId() {
            return group.getPrompt().getPromptId();
        }
    }

    private final ScoringJob job;
    private final RewardSettings settings;
    private final GroupScorer scorer;
    private final RewardMetrics metrics;
    private @Nullable ProcessorContext<String, byte[]> context;
    private @Nullable KeyValueStore<String, Long> scoredIds;
    private @Nullable KeyValueStore<String, WaitingGroup> waiting;
    private @Nullable KeyValueStore<String, RunningScale> scales;
    // null in a replay, because nobody queries its statistics
    private @Nullable WindowStore<String, TaskStatistics> statistics;
    private long lastRecordNanos;

    ScoringProcessor(final ScoringJob job, final RewardSettings settings, final RewardMetrics metrics) {
        this.job = job;
        this.settings = settings;
        this.scorer = new GroupScorer(settings, this::divisor);
        this.metrics = metrics;
    }

    @Override
    public void init(final ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        scoredIds = processorContext.getStateStore(RewardTopology.SCORED_IDS);
        waiting = processorContext.getStateStore(RewardTopology.WAITING);
        scales = processorContext.getStateStore(RewardTopology.SCALES);
        statistics = job.isLive() ? processorContext.getStateStore(RewardTopology.STATISTICS) : null;
        lastRecordNanos = System.nanoTime();
        final Duration often = Duration.ofMillis(Math.max(10, settings.pairTimeoutMs() / 4));
        processorContext.schedule(often, PunctuationType.WALL_CLOCK_TIME, now -> scoreLonely());
    }

    @Override
    public void process(final Record<String, byte[]> record) {
        lastRecordNanos = System.nanoTime();
        final long offset = context().recordMetadata().orElseThrow().offset();
        if (offset < job.endOffset()) {
            process(record, offset);
        }
        job.reached().set(offset + 1);
    }

    private void process(final Record<String, byte[]> record, final long offset) {
        String promptId = null;
        String task = null;
        try {
            final RolloutGroup group = job.rollouts().valueSerde().decode(record.value());
            promptId = group.getPrompt().getPromptId();
            task = group.getPrompt().getTask();
            if (!job.wanted().test(group)) {
                return;
            }
            final Long before = store(scoredIds).get(promptId);
            if (before != null) {
                LOG.info("prompt {} was already scored with the rollouts at offset {}", promptId, before);
                return;
            }
            scorer.check(group);
            scoreOrWait(new Located(group, offset, record));
        } catch (final SerializationException | IllegalArgumentException e) {
            dead(record, offset, promptId, task, e);
        }
    }

    /** Handles a valid new group: scores it without a pair, scores it as the second of its pair, or stores it until the second arrives. */
    private void scoreOrWait(final Located own) {
        if (!scorer.needsOtherOrder(own.group)) {
            score(own, null);
            return;
        }
        final String pairId = own.group.getPrompt().getPairId();
        final WaitingGroup other = store(waiting).delete(pairId);
        if (other == null) {
            store(scoredIds).put(own.promptId(), own.offset);
            store(waiting).put(pairId, new WaitingGroup(own.offset, own.record.timestamp(), own.record.value()));
            return;
        }
        final Located first = located(other);
        score(first, own.group);
        score(own, first.group);
    }

    private Located located(final WaitingGroup group) {
        final RolloutGroup decoded = job.rollouts().valueSerde().decode(group.value());
        return new Located(
                decoded,
                group.offset(),
                new Record<>(decoded.getPrompt().getPromptId(), group.value(), group.timestampMs()));
    }

    /** Handles the groups that still wait when no rollouts have arrived for some time. Their other orders will not come. */
    private void scoreLonely() {
        if (System.nanoTime() - lastRecordNanos < settings.pairTimeoutMs() * 1_000_000) {
            return;
        }
        final List<KeyValue<String, WaitingGroup>> lonely = new ArrayList<>();
        try (KeyValueIterator<String, WaitingGroup> all = store(waiting).all()) {
            all.forEachRemaining(lonely::add);
        }
        for (final KeyValue<String, WaitingGroup> entry : lonely) {
            LOG.warn("the other order of pair {} did not arrive within {} ms", entry.key, settings.pairTimeoutMs());
            store(waiting).delete(entry.key);
            score(located(entry.value), null);
        }
    }

    private void score(final Located own, final @Nullable RolloutGroup otherOrder) {
        final String task = own.group.getPrompt().getTask();
        try {
            final ScoredGroup scored = scorer.score(own.group, own.offset, otherOrder);
            store(scoredIds).put(own.promptId(), own.offset);
            count(task, own.record.timestamp(), s -> s.with(scored));
            metrics.scored(scored);
            context()
                    .forward(
                            own.record.withValue(
                                    job.scored().message(own.promptId(), scored).value()),
                            RewardTopology.SCORED);
        } catch (final IllegalArgumentException e) {
            dead(own.record, own.offset, own.promptId(), task, e);
        }
    }

    private void dead(
            final Record<String, byte[]> record,
            final long offset,
            final @Nullable String promptId,
            final @Nullable String task,
            final RuntimeException why) {
        final String counted = Objects.requireNonNullElse(task, RewardMetrics.UNREADABLE);
        count(counted, record.timestamp(), TaskStatistics::withDeadLetter);
        metrics.dead(counted);
        final byte[] payload = record.value() == null ? new byte[0] : record.value();
        final String key = String.valueOf(record.key());
        final byte[] letter = job.deadLetters()
                .message(
                        key,
                        DeadLetters.of(
                                promptId,
                                job.rollouts().name(),
                                context().taskId().partition(),
                                offset,
                                SERVICE,
                                String.valueOf(why.getMessage()),
                                ByteBuffer.wrap(payload)))
                .value();
        context().forward(record.withKey(key).withValue(letter), RewardTopology.DEAD_LETTERS);
    }

    private double divisor(final String task, final double variance) {
        final RunningScale before = store(scales).get(task);
        final RunningScale after = (before == null ? RunningScale.NONE : before).with(variance);
        store(scales).put(task, after);
        return after.divisor();
    }

    private static <V> KeyValueStore<String, V> store(final @Nullable KeyValueStore<String, V> store) {
        return Objects.requireNonNull(store, "not initialised");
    }

    private void count(final String task, final long timestampMs, final UnaryOperator<TaskStatistics> change) {
        if (statistics != null) {
            final long window = timestampMs - timestampMs % TaskStatistics.WINDOW.toMillis();
            final TaskStatistics before = statistics.fetch(task, window);
            statistics.put(task, change.apply(before == null ? TaskStatistics.NONE : before), window);
        }
    }

    private ProcessorContext<String, byte[]> context() {
        return Objects.requireNonNull(context, "not initialised");
    }
}
