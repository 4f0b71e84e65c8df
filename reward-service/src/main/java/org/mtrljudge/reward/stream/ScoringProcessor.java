package org.mtrljudge.reward.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.scoring.GroupScorer;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.LogOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one rollout group; writes one scored group or one dead letter. A prompt that was already scored is skipped: its first actor
 * may have died after it wrote the rollouts and before it acknowledged the prompt. A group whose reward needs the other orders of its
 * pair waits for them in a store. A live job also reads dead letters, to learn of orders that will not come.
 */
final class ScoringProcessor implements Processor<String, byte[], String, byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(ScoringProcessor.class);
    private static final Duration LOOK_FOR_END = Duration.ofMillis(100);

    /** A group, its offset and its record. */
    private record Located(RolloutGroup group, long offset, Record<String, byte[]> record) {
        String promptId() {
            return group.getPrompt().getPromptId();
        }
    }

    private final ScoringJob job;
    private final RewardSettings settings;
    private final RewardMetrics metrics;
    private @Nullable GroupScorer scorer;
    private @Nullable ProcessorContext<String, byte[]> context;
    private @Nullable ScoringOutput output;
    private @Nullable KeyValueStore<String, Long> scoredIds;
    private @Nullable WaitingPairs pairs;
    private @Nullable ReadAhead ahead;

    ScoringProcessor(final ScoringJob job, final RewardSettings settings, final RewardMetrics metrics) {
        this.job = job;
        this.settings = settings;
        this.metrics = metrics;
    }

    @Override
    public void init(final ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        output = new ScoringOutput(job, metrics, processorContext);
        scoredIds = processorContext.getStateStore(RewardTopology.SCORED_IDS);
        final GroupScorer own = new GroupScorer(
                settings,
                new TaskStores(
                        processorContext.getStateStore(RewardTopology.SCALES),
                        settings.set().comparesGroups()
                                ? processorContext.getStateStore(RewardTopology.WINDOWS)
                                : null));
        scorer = own;
        final KafkaClients reading = job.ahead();
        // the partitions share the graders
        final int groups = (settings.set().groupsAtOnce(settings.groupSize())
                        + job.rollouts().partitions()
                        - 1)
                / job.rollouts().partitions();
        if (reading != null && groups > 0) {
            ahead = new ReadAhead(reading, job, own, processorContext.taskId().partition(), groups);
        }
        final WaitingPairs waiting = new WaitingPairs(
                processorContext.getStateStore(RewardTopology.WAITING),
                RewardTopology.readsDeadLetters(job, settings)
                        ? processorContext.getStateStore(RewardTopology.DEAD_PAIRS)
                        : null);
        pairs = waiting;
        if (job.isLive()) {
            final long limitMs = settings.pairLimitMs();
            processorContext.schedule(
                    Duration.ofMillis(Math.max(10, limitMs / 4)),
                    PunctuationType.WALL_CLOCK_TIME,
                    now -> waiting.endOverdue(
                            now,
                            limitMs,
                            group -> dead(
                                    located(group),
                                    Refusal.of("the other order of its pair did not come in " + limitMs
                                            + " ms (reward.pair_limit_ms)"))));
        } else {
            // a task that begins again after a failed transaction has not reached what was not committed
            ready(job.end()).processed(processorContext.taskId().partition(), 0);
            processorContext.schedule(LOOK_FOR_END, PunctuationType.WALL_CLOCK_TIME, now -> endPairsAtTheEnd(waiting));
        }
    }

    private void endPairsAtTheEnd(final WaitingPairs waiting) {
        final ScoringEnd end = ready(job.end());
        final int partition = ready(context).taskId().partition();
        if (end.isReached(partition)) {
            waiting.endAll(group -> dead(
                    located(group),
                    Refusal.of("the other order of its pair is not among the rollouts before offset "
                            + end.offset(partition))));
        }
    }

    @Override
    public void process(final Record<String, byte[]> record) {
        final RecordMetadata metadata =
                ready(context).recordMetadata().orElseThrow(() -> new IllegalStateException("a record of a topic"));
        if (!metadata.topic().equals(job.rollouts().name())) {
            deadLetter(record.value());
            return;
        }
        final ScoringEnd end = job.end();
        if (end == null || end.isBeforeEnd(metadata.partition(), metadata.offset())) {
            process(record, metadata.offset());
        }
        if (end != null) {
            end.processed(metadata.partition(), metadata.offset() + 1);
        }
    }

    private void deadLetter(final byte @Nullable [] value) {
        final DeadLetter letter;
        try {
            letter = job.deadLetters().valueSerde().decode(Objects.requireNonNullElse(value, new byte[0]));
        } catch (final SerializationException e) {
            LOG.warn("a dead letter cannot be read: {}", e.getMessage());
            return;
        }
        final String pairId = letter.getPairId();
        if (pairId == null || !ScoringOutput.canBeKey(pairId)) {
            return;
        }
        final String why = ScoringOutput.cut(letter.getPromptId() + ": " + letter.getReason());
        ready(pairs)
                .died(pairId, why)
                .forEach(waited -> dead(located(waited), Refusal.of(WaitingPairs.OTHER_IS_DEAD + why)));
    }

    private void process(final Record<String, byte[]> record, final long offset) {
        RolloutGroup group = null;
        try {
            final RolloutGroup decoded = job.rollouts().valueSerde().decode(record.value());
            ScoringOutput.checkIds(decoded.getPrompt());
            group = decoded;
            if (!job.wanted().test(group)) {
                return;
            }
            final String promptId = group.getPrompt().getPromptId();
            final Long before = ready(scoredIds).get(promptId);
            if (before != null) {
                LOG.info("prompt {} was scored already, for the rollouts at offset {}", promptId, before);
                return;
            }
            ready(scorer).check(group);
            scoreOrWait(new Located(group, offset, record));
        } catch (final RuntimeException e) {
            ready(output).dead(record, offset, group, Refusal.of(e));
        }
    }

    /** Handles a valid new group: scores it alone, scores it as the last of its pair, or stores it until the last arrives. */
    private void scoreOrWait(final Located own) {
        final int orders = ready(scorer).ordersOf(own.group);
        if (orders == 1) {
            write(own, ready(scorer).score(verified(own), place(own), List.of()));
            return;
        }
        final String pairId = own.group.getPrompt().getPairId();
        final String why = ready(pairs).whyDead(pairId);
        if (why != null) {
            throw new IllegalArgumentException(why);
        }
        final List<WaitingGroup> others = ready(pairs).waitingIn(pairId);
        if (others.size() < orders - 1) {
            final WaitingGroup waiting = new WaitingGroup(own.offset, own.record.timestamp(), own.record.value());
            ScoringOutput.checkSize("to wait for the other order of its pair", pairId, waiting.bytes());
            ready(scoredIds).put(own.promptId(), own.offset);
            ready(pairs).add(pairId, others.size(), waiting);
            return;
        }
        final List<Located> all =
                new ArrayList<>(others.stream().map(this::located).toList());
        all.add(own);
        scoreAll(pairId, all);
    }

    private GroupScorer.Verified verified(final Located own) {
        return ahead == null ? ready(scorer).verify(own.group) : ahead.verify(own.group, own.offset);
    }

    @Override
    public void close() {
        if (ahead != null) {
            ahead.close();
            ahead = null;
        }
    }

    /** Scores all orders before it changes the stores. Where one has no score, none has: half a pair could not be scored later. */
    private void scoreAll(final String pairId, final List<Located> orders) {
        final List<ScoredGroup> scored = new ArrayList<>();
        try {
            final List<GroupScorer.Verified> verified = orders.stream()
                    .map(order -> ready(scorer).verify(order.group))
                    .toList();
            for (int i = 0; i < orders.size(); i++) {
                final List<GroupScorer.Verified> others = new ArrayList<>(verified);
                others.remove(i);
                scored.add(ready(scorer).score(verified.get(i), place(orders.get(i)), others));
            }
        } catch (final RuntimeException e) {
            final Refusal why = Refusal.of(e);
            ready(pairs).remove(pairId, orders.size() - 1);
            orders.forEach(order -> dead(order, why));
            return;
        }
        ready(pairs).remove(pairId, orders.size() - 1);
        for (int i = 0; i < orders.size(); i++) {
            write(orders.get(i), scored.get(i));
        }
    }

    private Located located(final WaitingGroup group) {
        final RolloutGroup decoded = job.rollouts().valueSerde().decode(group.value());
        return new Located(
                decoded,
                group.offset(),
                new Record<>(decoded.getPrompt().getPromptId(), group.value(), group.timestampMs()));
    }

    private void write(final Located own, final ScoredGroup scored) {
        try {
            ready(output).scored(own.record, scored);
            ready(scoredIds).put(own.promptId(), own.offset);
        } catch (final RuntimeException e) {
            dead(own, Refusal.of(e));
        }
    }

    private LogOffset place(final Located own) {
        return new LogOffset(ready(context).taskId().partition(), own.offset);
    }

    private void dead(final Located own, final Refusal refusal) {
        ready(output).dead(own.record, own.offset, own.group, refusal);
    }

    private static <T> T ready(final @Nullable T field) {
        return Objects.requireNonNull(field, "not initialised");
    }
}
