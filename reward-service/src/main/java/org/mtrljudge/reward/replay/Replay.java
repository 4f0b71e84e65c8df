package org.mtrljudge.reward.replay;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardMetrics;
import org.mtrljudge.reward.stream.RewardTopology;
import org.mtrljudge.reward.stream.ScoringEnd;
import org.mtrljudge.reward.stream.ScoringJob;
import org.mtrljudge.reward.stream.StreamsSettings;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.schemas.topic.Topics;

/**
 * Scores the rollouts in the log of a run again, up to an end offset, with another reward set. It runs the topology of the reward
 * service under a separate application id. So each group is scored exactly once, and a stopped replay continues where it stopped.
 */
public final class Replay {
    private static final int COMMIT_INTERVAL_MS = 1000;
    private static final String INSTANCE = "replay";
    private final KafkaClients clients;
    private final Topics topics;
    private final String name;
    private final RewardSettings settings;
    private final Choice choice;
    private final Path stateDir;

    /** The new scores, compared with the earlier scores and with each other, and the groups without scores. */
    public record Outcome(Comparison comparison, Repeatability repeatability, Unscored unscored) {}

    /**
     * The groups that a replay scores.
     *
     * @param only the prompts of these groups alone; null: all that the filter takes
     * @param id the end of the application id
     */
    private record Choice(RolloutFilter filter, @Nullable Set<String> only, String id)
            implements Predicate<RolloutGroup> {
        @Override
        public boolean test(final RolloutGroup group) {
            return filter.test(group)
                    && (only == null || only.contains(group.getPrompt().getPromptId()));
        }
    }

    /**
     * @param name the name of the replay, which writes to {@code RUN.scored.NAME}
     * @param stateDir the folder in which Kafka Streams keeps its state
     */
    public Replay(
            final KafkaClients clients,
            final String name,
            final RewardSettings settings,
            final RolloutFilter filter,
            final Path stateDir) {
        this(clients, name, settings, stateDir, new Choice(filter, null, ""));
    }

    private Replay(
            final KafkaClients clients,
            final String name,
            final RewardSettings settings,
            final Path stateDir,
            final Choice choice) {
        this.clients = clients;
        this.topics = clients.topics();
        this.name = name;
        this.settings = settings;
        this.choice = choice;
        this.stateDir = stateDir;
    }

    /** This replay of those groups alone whose score failed in the run. */
    public Replay ofFailed() {
        return only(Unscored.read(clients, topics.deadLetters(), topics.scored()), "");
    }

    /** The continuation of this replay, which has ended: it scores the groups whose score failed, and adds them to the topic. */
    public Replay again() {
        return only(Unscored.read(clients, topics.deadLetters(name), topics.scored(name)), ".again");
    }

    private Replay only(final Unscored unscored, final String id) {
        return new Replay(clients, name, settings, stateDir, new Choice(choice.filter, unscored.failedPrompts(), id));
    }

    /** The end of each partition of the run's rollouts: the first offset that is not written yet. */
    public List<Long> endOffsets() {
        try (TopicScan<RolloutGroup> rollouts = clients.scan(topics.rollouts())) {
            return rollouts.ends();
        }
    }

    private ScoringJob job(final String applicationId, final List<Long> ends) {
        return new ScoringJob(
                applicationId,
                topics.rollouts(),
                topics.scored(name),
                topics.deadLetters(name),
                choice,
                new ScoringEnd(ends),
                clients);
    }

    /**
     * Scores into the topics of the replay. A stopped replay continues where it stopped.
     *
     * @param ends the first offset of each partition of the rollouts that is not scored
     * @param stopped asked repeatedly; the replay stops when it returns true
     * @param progress receives the number of rollout groups that were scored
     * @return whether the end was reached
     */
    public boolean run(final List<Long> ends, final BooleanSupplier stopped, final LongConsumer progress) {
        final ScoringJob job = job(applicationId(), ends);
        final Properties config = StreamsSettings.exactlyOnce(job, settings, clients, stateDir, COMMIT_INTERVAL_MS);
        // with a fixed instance id, the next replay takes the place of a killed one at once
        config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, INSTANCE);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads(ends.size()));
        try (RewardSet.Opened graders = settings.set().open();
                BoundedStreams streams = new BoundedStreams(
                        RewardTopology.build(job, settings, new RewardMetrics(new SimpleMeterRegistry())),
                        config,
                        job,
                        clients)) {
            return streams.drive(stopped, progress);
        }
    }

    /**
     * Each thread has equally many partitions, so that no partition runs ahead of the comparison. Plug-ins are called by one thread: they
     * would wait for each other, and the wait would count against their limit.
     */
    private int threads(final int partitions) {
        int threads = settings.recordLimitMs() > 0
                ? 1
                : Math.max(1, Math.min(partitions, Runtime.getRuntime().availableProcessors()));
        while (partitions % threads != 0) {
            threads--;
        }
        return threads;
    }

    private String applicationId() {
        return topics.run() + ".replay." + name + choice.id;
    }

    /**
     * Deletes the progress of the replay. Call this only after the outcome was saved. A replay that runs again before this call finds
     * that it has ended; a replay that runs again after this call starts from the beginning.
     */
    public void deleteProgress() {
        BoundedStreams.deleteState(applicationId(), clients);
    }

    /** Compares the scores that {@link #run} wrote with the earlier scores of the run. */
    public Outcome compare() {
        final Comparison comparison = new Comparison();
        final Repeatability repeatability = new Repeatability(settings.set().samples());
        try (Before before = new Before(comparison);
                TopicScan<ScoredGroup> after = clients.scan(topics.scored(name))) {
            while (!after.done()) {
                after.next().forEach(entry -> {
                    comparison.after(entry.value());
                    repeatability.add(entry.value());
                    before.readUpTo(Optional.ofNullable(entry.value().getRolloutOffset())
                            .orElse(entry.place().offset()));
                });
            }
            before.readAll();
        }
        return new Outcome(
                comparison, repeatability, Unscored.read(clients, topics.deadLetters(name), topics.scored(name)));
    }

    /**
     * Scores and compares without writing anything.
     *
     * @return the outcome; empty when the replay was stopped
     */
    public Optional<Outcome> dryRun(final List<Long> ends, final BooleanSupplier stopped, final LongConsumer progress) {
        // an id of its own: the offsets that a killed dry run left behind, and another one that runs now, do not count
        final ScoringJob job = job(applicationId() + ".dry-" + UUID.randomUUID(), ends);
        final Comparison comparison = new Comparison();
        final Repeatability repeatability = new Repeatability(settings.set().samples());
        final Unscored unscored = new Unscored();
        final Properties config = StreamsSettings.atLeastOnce(job, settings, clients, stateDir, COMMIT_INTERVAL_MS);
        final Before before = new Before(comparison);
        final var topology = RewardTopology.dryRun(
                job,
                settings,
                new RewardMetrics(new SimpleMeterRegistry()),
                bytes -> {
                    final ScoredGroup group = job.scored().valueSerde().decode(bytes);
                    comparison.after(group);
                    repeatability.add(group);
                    before.readUpTo(group.getRolloutOffset());
                },
                bytes -> unscored.add(job.deadLetters().valueSerde().decode(bytes)));
        try (RewardSet.Opened graders = settings.set().open();
                BoundedStreams streams = new BoundedStreams(topology, config, job, clients)) {
            if (!streams.drive(stopped, progress)) {
                return Optional.empty();
            }
        } finally {
            BoundedStreams.deleteState(job.applicationId(), clients);
            before.readAll();
            before.close();
        }
        return Optional.of(new Outcome(comparison, repeatability, unscored));
    }

    /** Reads the rollouts at these places, for a report. */
    public Map<LogOffset, RolloutGroup> rollouts(final List<LogOffset> places) {
        final Map<LogOffset, RolloutGroup> found = new HashMap<>();
        try (TopicScan<RolloutGroup> scan = clients.scan(topics.rollouts())) {
            for (final LogOffset place : places) {
                scan.seek(place);
                while (!found.containsKey(place) && !scan.done()) {
                    scan.next().forEach(entry -> {
                        if (places.contains(entry.place())) {
                            found.put(entry.place(), entry.value());
                        }
                    });
                }
            }
        }
        return found;
    }

    /** The earlier scores of the run. They are read about as far as the new scores have reached, in all partitions. */
    private final class Before implements AutoCloseable {
        private final TopicScan<ScoredGroup> scan = clients.scan(topics.scored());
        private final Comparison comparison;
        private long reached = -1;

        Before(final Comparison comparison) {
            this.comparison = comparison;
        }

        /** Reads until the scores of the rollouts at this offset, of any partition, were read. */
        void readUpTo(final long rolloutOffset) {
            while (reached < rolloutOffset && !scan.done()) {
                for (final TopicScan.Entry<ScoredGroup> entry : scan.next()) {
                    final Long from = entry.value().getRolloutOffset();
                    // earlier builds did not record the offset of the rollouts; the offset of the scores is close to it
                    reached = Math.max(reached, from == null ? entry.place().offset() : from);
                    if (choice.filter.test(entry.value().getRollout())) {
                        comparison.before(entry.value());
                    }
                }
            }
        }

        void readAll() {
            readUpTo(Long.MAX_VALUE);
            comparison.finish();
        }

        @Override
        public void close() {
            scan.close();
        }
    }
}
