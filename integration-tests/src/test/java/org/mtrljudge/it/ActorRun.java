package org.mtrljudge.it;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.actor.Actor;
import org.mtrljudge.actor.ActorMetrics;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.actor.engine.JudgeEngine;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

/** A run whose learner is the test: it publishes weights, sends prompts, and reads the answers of its actors. */
final class ActorRun implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final Topics topics = new Topics("actors", new LocalSchemaRegistry());
    private final TestBroker broker;
    private final Producer<String, byte[]> producer;
    private final ByteBuffer weights;

    /** An actor and its thread. */
    record Working(Actor actor, Thread thread) {
        void start() {
            thread.start();
        }

        void end() throws InterruptedException {
            actor.stop();
            thread.join(PATIENCE.toMillis());
            actor.close();
        }
    }

    /** @param folder the folder of the test, which will contain the embedded broker's log */
    ActorRun(final Path folder) {
        this.folder = folder;
        broker = TestBroker.start(folder);
        broker.prepare(topics);
        producer = broker.clients(topics).producer();
        try (JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 1)) {
            weights = model.policy().toSafetensors();
        }
    }

    Topics topics() {
        return topics;
    }

    TestBroker broker() {
        return broker;
    }

    /** The SHA-256 of the weights, which are the same in every version. */
    String weightDigest() {
        return Sha256.of(weights);
    }

    Working actor(final String id) {
        return actor(id, Topics.MAX_DELIVERIES, false);
    }

    Working actor(final String id, final int maxDeliveries, final boolean inFlightUpdate) {
        final JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 0);
        final Actor actor = new Actor(
                new ActorSettings(id, 4, maxDeliveries, inFlightUpdate),
                broker.clients(topics),
                null,
                new JudgeEngine(model, folder, 1, 65_536),
                new ActorMetrics(new SimpleMeterRegistry()),
                Clock.systemUTC());
        return new Working(actor, new Thread(actor));
    }

    /** Sends each version as one chunk, which is enough for these weights. */
    void publish(final int version, final boolean damaged) throws Exception {
        final ByteBuffer sent = ByteBuffer.allocate(weights.remaining())
                .put(weights.duplicate())
                .flip();
        if (damaged) {
            sent.put(sent.limit() - 1, (byte) ~sent.get(sent.limit() - 1));
        }
        final Future<RecordMetadata> chunk = producer.send(
                topics.weights().message(version + "/0", new WeightChunk(version, 0, sent, Sha256.of(weights))));
        final PolicyManifest manifest = new PolicyManifest(
                version,
                version,
                PolicyKind.FULL,
                "F32",
                1,
                (long) weights.remaining(),
                Sha256.of(weights),
                chunk.get().offset(),
                null,
                null);
        producer.send(topics.policies().message(topics.run(), manifest)).get();
    }

    static PromptRequest prompt(final String id, final List<ImageRef> images, final int minVersion) {
        return new PromptRequest(
                id,
                "alignment",
                images.isEmpty() ? "no picture" : "<image> picture",
                images,
                "yes",
                List.of("yes", "no"),
                2,
                new Sampling(1.0, 1.0, 8, 1L),
                Purpose.TRAIN,
                minVersion,
                null,
                null,
                null,
                null);
    }

    Future<RecordMetadata> send(final PromptRequest prompt) {
        return producer.send(topics.prompts().message(prompt.getPromptId(), prompt));
    }

    /** Sends any bytes as a prompt. */
    void send(final String key, final byte[] value) {
        producer.send(new ProducerRecord<>(topics.prompts().name(), key, value));
    }

    /** Waits for that many records of a topic. Returns fewer when they do not come in time. */
    List<ConsumerRecord<String, byte[]>> read(final String topic, final int count) {
        final TopicPartition partition = new TopicPartition(topic, 0);
        final List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Consumer<String, byte[]> consumer = broker.clients(topics).consumer(KafkaClients.Fetching.BY_DEFAULT)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (records.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** Waits for that many rollout groups. */
    List<RolloutGroup> rollouts(final int count) {
        return read(topics.rollouts().name(), count).stream()
                .map(r -> topics.rollouts().valueSerde().decode(r.value()))
                .toList();
    }

    @Override
    public void close() throws Exception {
        producer.close();
        broker.close();
    }
}
