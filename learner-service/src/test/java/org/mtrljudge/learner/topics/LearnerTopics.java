package org.mtrljudge.learner.topics;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;

/**
 * The topics of a learner in memory: the prompts it sends, and the answers of a test. Every answer becomes readable with the next
 * poll.
 */
public final class LearnerTopics implements TrainingListener {
    private long nowMs = 1_000_000;
    public final Topics topics = new Topics("test", new LocalSchemaRegistry());
    final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    public final List<String> warnings = new ArrayList<>();
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final TopicPartition scored = new TopicPartition(topics.scored().name(), 0);
    private final TopicPartition deadLetters =
            new TopicPartition(topics.deadLetters().name(), 0);
    private long nextScored;
    private long nextDead;

    public LearnerTopics() {
        this(0);
    }

    /** @param deadEnd the end of the topic of dead letters before the learner starts */
    public LearnerTopics(final long deadEnd) {
        consumer.updateBeginningOffsets(Map.of(scored, 0L, deadLetters, 0L));
        consumer.updateEndOffsets(Map.of(
                scored,
                0L,
                deadLetters,
                deadEnd,
                new TopicPartition(topics.rollouts().name(), 0),
                0L));
    }

    /** The run's context. Its Kafka clients are not connected to a broker. */
    RunContext run() {
        final Path nowhere = Path.of("unused");
        return new RunContext(
                new KafkaClients(topics, Map.of()),
                WeightTransport.LOG,
                "digest of settings",
                nowhere,
                nowhere,
                this,
                () -> {},
                clock());
    }

    /** The clock of the run, which stands unless {@link #pass} moves it. */
    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(final ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(nowMs);
            }
        };
    }

    /** Lets time pass. */
    public void pass(final long ms) {
        nowMs += ms;
    }

    /** @param limit the number of prompts that may be unanswered */
    public Exchange exchange(final PastRun past, final int limit) {
        return exchange(past, new ExchangeLimits(limit, 60_000, 600_000, 1, 100));
    }

    public Exchange exchange(final PastRun past, final ExchangeLimits limits) {
        return new Exchange(
                run(),
                new PromptWriter(topics, learner(), past.promptsEnd()),
                new ScoredReader(topics, consumer, past.state()),
                past,
                limits);
    }

    LearnerProducer learner() {
        return new LearnerProducer(
                "test",
                producer,
                WeightTransport.LOG.transactionTimeout(),
                () -> Duration.ofMillis(nowMs).toNanos());
    }

    /** A prompt of training for a group of two. */
    public static PromptRequest prompt(final String id) {
        return PromptRequest.newBuilder()
                .setPromptId(id)
                .setTask("task")
                .setText("one?")
                .setImages(List.of())
                .setReference("yes")
                .setLabels(List.of("yes", "no"))
                .setGroupSize(2)
                .setSampling(new Sampling(1.0, 1.0, 8, 1L))
                .setPurpose(Purpose.TRAIN)
                .setMinPolicyVersion(0)
                .build();
    }

    /** The prompts that were sent, in order. */
    public List<PromptRequest> asked() {
        return sent(topics.prompts());
    }

    /** The dead letters that the learner wrote, in order. */
    public List<DeadLetter> deadLetters() {
        return sent(topics.deadLetters());
    }

    private <V extends SpecificRecordBase> List<V> sent(final Topic<V> topic) {
        return producer.history().stream()
                .filter(record -> record.topic().equals(topic.name()))
                .map(record -> topic.valueSerde().decode(record.value()))
                .toList();
    }

    /** Call it before the next poll: the dead letters that the learner wrote become readable. */
    public void returnDeadLetters() {
        final List<DeadLetter> written = deadLetters();
        while (nextDead < written.size()) {
            final DeadLetter letter = written.get((int) nextDead);
            answer(topics.deadLetters(), deadLetters, nextDead++, String.valueOf(letter.getPromptId()), letter);
        }
    }

    /**
     * Call it before the next poll: answers a prompt with one completion of two tokens per verdict.
     *
     * @return the offset of the answer
     */
    public long score(final PromptRequest prompt, final int version, final String... verdicts) {
        return score(
                prompt,
                version,
                Stream.of(verdicts)
                        .map(verdict -> completion(verdict, new int[] {1, 2}, -1, -2))
                        .toList());
    }

    /** A completion as an actor makes it, or as no actor would. */
    public static Completion completion(final String text, final int[] tokens, final float... logProbs) {
        return new Completion(
                text, PackedArrays.ofInts(tokens), PackedArrays.ofFloats(logProbs), FinishReason.STOP, null);
    }

    /** Answers a prompt with these completions, as {@link #score(PromptRequest, int, String...)} does. */
    public long score(final PromptRequest prompt, final int version, final List<Completion> completions) {
        final List<CompletionScore> scores = completions.stream()
                .map(completion ->
                        new CompletionScore(Map.of("format", 1.0), 1.0, 0.0, completion.getText(), null, null))
                .toList();
        final RolloutGroup rollout = new RolloutGroup(prompt, version, "", "actor", completions, 0L, 500.0, 7);
        answer(
                topics.scored(),
                scored,
                nextScored,
                prompt.getPromptId(),
                new ScoredGroup(rollout, "set", 1, scores, false, 1.0, nextScored, 0));
        return nextScored++;
    }

    /**
     * Call it before the next poll: writes a dead letter instead of an answer.
     *
     * @return the offset of the dead letter
     */
    public long refuse(final String promptId) {
        answer(
                topics.deadLetters(),
                deadLetters,
                nextDead,
                promptId,
                DeadLetters.of(promptId, "test.prompts", 0, 0, "actor", "no", ByteBuffer.wrap(new byte[0])));
        return nextDead++;
    }

    /** Call it before the next poll: a record among the scored groups that is none. */
    void poison(final String key) {
        consumer.addRecord(new ConsumerRecord<>(scored.topic(), 0, nextScored++, key, new byte[] {1, 2, 3}));
    }

    private <V extends SpecificRecordBase> void answer(
            final Topic<V> topic, final TopicPartition partition, final long offset, final String key, final V value) {
        final byte[] bytes = topic.message(key, value).value();
        consumer.addRecord(new ConsumerRecord<>(partition.topic(), 0, offset, key, bytes));
    }

    /** Sets the end of the topic of rollouts. */
    void rolled(final long end) {
        consumer.updateEndOffsets(Map.of(new TopicPartition(topics.rollouts().name(), 0), end));
    }

    /** Registers an action for the next poll. */
    public void atNextPoll(final Runnable what) {
        consumer.schedulePollTask(what);
    }

    @Override
    public void phaseStarted(final String phase, final int steps) {}

    @Override
    public void progressed(final String phase, final int done, final Map<String, Double> metrics) {}

    @Override
    public void phaseEnded(final String phase) {}

    @Override
    public void warned(final String message) {
        warnings.add(message);
    }
}
