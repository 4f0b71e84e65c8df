package org.mtrljudge.standalone;

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
import org.mtrljudge.learner.JournalKind;
import org.mtrljudge.learner.PolicyWriter;
import org.mtrljudge.learner.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.KafkaClients;
import org.mtrljudge.schemas.LocalSchemaRegistry;
import org.mtrljudge.schemas.PolicyFetcher;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.settings.io.Folders;

/**
 * 1 GB of weights from a learner's memory to an actor's, through the log: against a bare produce-then-consume of the same bytes on the
 * same broker, and against saving and loading a checkpoint folder.
 */
final class WeightsBench {
    private static final double GB = 1e9;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int rounds;
    private final PrintStream out;

    /** @param rounds how often each way takes its turn */
    WeightsBench(final int rounds, final PrintStream out) {
        this.rounds = rounds;
        this.out = out;
    }

    /** Measures and prints. */
    void run() throws IOException {
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
                try (PolicyWriter writer = new PolicyWriter(clients, WeightTransport.LOG);
                        PolicyReader reader = new PolicyReader(clients, null)) {
                    for (int round = 0; round <= rounds; round++) { // the first for the JIT
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
            final PolicyWriter writer,
            final PolicyReader reader,
            final Path folder) {
        final double bare = seconds(() -> produceThenConsume(clients, learner));
        final long start = System.nanoTime();
        writer.publish(
                round,
                round,
                PolicyKind.FULL,
                learner.policy(),
                digest -> new TrainingStep(
                        round,
                        JournalKind.RL.key(),
                        round,
                        digest,
                        "",
                        List.of(),
                        List.of(),
                        Map.of(),
                        0L,
                        null,
                        null));
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

    /** The weights' bytes in pieces of a chunk's size, without schema, digest or transaction. */
    private static void produceThenConsume(final KafkaClients clients, final JudgeModel learner) {
        final ByteBuffer image = learner.policy().toSafetensors();
        final TopicPartition partition =
                new TopicPartition(clients.topics().rollouts().name(), 0);
        // as large requests as those of the policy's own way
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
                final byte[] piece = new byte[Math.min(PolicyWriter.CHUNK_BYTES, image.remaining())];
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
