package org.mtrljudge.standalone.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.actor.PolicyReader;
import org.mtrljudge.learner.WeightsPublisher;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/**
 * Moves 1 GB of weights through the log, from the memory of a learner to the memory of an actor. Compares this with a bare
 * produce-then-consume of the same bytes on the same broker, and with saving and loading a checkpoint folder.
 */
public final class WeightsBench {
    private static final double GB = 1e9;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int rounds;
    private final PrintStream out;

    /** @param rounds the number of measurements per way; the ways alternate */
    public WeightsBench(final int rounds, final PrintStream out) {
        this.rounds = rounds;
        this.out = out;
    }

    /** Runs the measurements and prints them. */
    public void run() throws IOException {
        final Path folder = Files.createTempDirectory("judge-bench");
        final Topics topics = new Topics("bench", new LocalSchemaRegistry());
        try {
            final RandomCheckpoint random = RandomCheckpoint.write(folder, "large", 768, 23);
            out.printf(Locale.ROOT, "a random checkpoint of %,d parameters%n", random.parameters());
            final Path checkpoint = random.folder();
            try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
                    JudgeModel learner = JudgeModel.load(JudgeFolder.open(checkpoint));
                    JudgeModel actor = JudgeModel.load(JudgeFolder.open(checkpoint))) {
                broker.prepare(topics);
                final KafkaClients clients = broker.clients(topics);
                try (WeightsPublisher writer = new WeightsPublisher(clients, WeightTransport.LOG);
                        PolicyReader reader = new PolicyReader(clients, null)) {
                    // round 0 warms up the JIT compiler
                    for (int round = 0; round <= rounds; round++) {
                        compare(round, clients, learner, actor, writer, reader, folder);
                    }
                }
            }
        } finally {
            Folders.delete(folder);
        }
    }

    private void compare(
            final int round,
            final KafkaClients clients,
            final JudgeModel learner,
            final JudgeModel actor,
            final WeightsPublisher writer,
            final PolicyReader reader,
            final Path folder) {
        final double bare = seconds(() -> produceThenConsume(clients, learner));
        final long start = System.nanoTime();
        writer.publish(round, learner);
        final double published = (System.nanoTime() - start) / 1e9;
        reader.poll(PATIENCE)
                .ifPresentOrElse(
                        policy -> actor.replacePolicy(
                                ((PolicyFetcher.Weights.InMemory) policy.weights()).image(), "bench"),
                        () -> {
                            throw new RunException("the weights did not arrive", null);
                        });
        final double bus = (System.nanoTime() - start) / 1e9;
        final Path saved = folder.resolve("saved");
        final double disk = seconds(() -> {
            learner.save(saved);
            actor.restore(saved);
        });
        final double gb = learner.policy().parameterCount() * 4 / GB;
        if (round > 0) {
            out.printf(
                    Locale.ROOT,
                    "%.2f GB: through the log %.2f s (%.2f to publish) = %.0f MB/s, %.0f %% of bare Kafka's %.2f s;"
                            + " a checkpoint folder saved and loaded %.2f s: %.1f x%n",
                    gb,
                    bus,
                    published,
                    1000 * gb / bus,
                    100 * bare / bus,
                    bare,
                    disk,
                    disk / bus);
        }
    }

    private static double seconds(final Runnable work) {
        final long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Sends the bytes of the weights in records of one chunk each, without schema, digest or transaction. */
    private static void produceThenConsume(final KafkaClients clients, final JudgeModel learner) {
        final ByteBuffer image = learner.policy().toSafetensors();
        final TopicPartition partition =
                new TopicPartition(clients.topics().rollouts().name(), 0);
        // the same request sizes as for a published policy
        final Map<String, Object> writing = Map.of(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20,
                ProducerConfig.BATCH_SIZE_CONFIG, 1 << 20);
        final Map<String, Object> reading = Map.of(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                16 << 20,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false);
        int sent = 0;
        try (Producer<String, byte[]> producer = clients.producerWith(writing);
                Consumer<String, byte[]> consumer = clients.consumerWith(reading)) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition);
            while (image.hasRemaining()) {
                final byte[] piece = new byte[Math.min(WeightsPublisher.CHUNK_BYTES, image.remaining())];
                image.get(piece);
                producer.send(new ProducerRecord<>(partition.topic(), "k", piece));
                sent++;
            }
            producer.flush();
            int received = 0;
            while (received < sent) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    received += record.value().length > 0 ? 1 : 0;
                }
            }
        }
    }
}
