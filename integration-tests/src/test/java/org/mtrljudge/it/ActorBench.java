package org.mtrljudge.it;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.Actor;
import org.mtrljudge.actor.ActorMetrics;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

/** A broker with the topics of a run, and what surrounds an actor with a stand-in engine. */
final class ActorBench implements AutoCloseable {
    private static final ByteBuffer WEIGHTS = ByteBuffer.wrap(new byte[] {1, 2, 3});

    private final Topics topics = new Topics("bench", new LocalSchemaRegistry());
    private final TestBroker broker;
    private final Producer<String, byte[]> producer;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Path folder;

    ActorBench(final Path folder) {
        this.folder = folder;
        this.broker = TestBroker.start(folder);
        broker.prepare(topics);
        this.producer = broker.clients(topics).producer();
    }

    Topics topics() {
        return topics;
    }

    double counted(final String counter) {
        return meters.counter(counter).count();
    }

    void lockFor(final long ms) throws ExecutionException, InterruptedException {
        try (Admin admin = broker.clients(topics).admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, topics.actorGroup()),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.record.lock.duration.ms", String.valueOf(ms)),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    /** Publishes a version in one chunk. */
    void publish(final int version) throws ExecutionException, InterruptedException {
        final long offset = producer.send(topics.weights()
                        .message(version + "/0", new WeightChunk(version, 0, WEIGHTS.duplicate(), Sha256.of(WEIGHTS))))
                .get()
                .offset();
        announce(version, offset, null);
    }

    /** Publishes a version in a file, which a store may give to actors. */
    Path publishInFile(final int version) throws ExecutionException, InterruptedException, IOException {
        final Path file = folder.resolve("policy-" + version);
        Files.write(file, WEIGHTS.array());
        announce(version, 0, file.toUri().toString());
        return file;
    }

    private void announce(final int version, final long offset, final @Nullable String uri)
            throws ExecutionException, InterruptedException {
        producer.send(topics.policies()
                        .message(
                                topics.run(),
                                new PolicyManifest(
                                        version,
                                        version,
                                        PolicyKind.FULL,
                                        "F32",
                                        1,
                                        (long) WEIGHTS.remaining(),
                                        Sha256.of(WEIGHTS),
                                        offset,
                                        uri,
                                        null)))
                .get();
    }

    /** Asks prompts p0, p1, … for this policy version. */
    void ask(final int prompts, final int minVersion) {
        for (int i = 0; i < prompts; i++) {
            final PromptRequest prompt = RolloutGroups.prompt("p" + i, "alignment", 2);
            prompt.put("minPolicyVersion", minVersion);
            producer.send(topics.prompts().message("p" + i, prompt));
        }
        producer.flush();
    }

    Actor actor(final ActorSettings settings, final GenerationEngine engine, final @Nullable PolicyStore store) {
        return new Actor(settings, broker.clients(topics), store, engine, new ActorMetrics(meters), Clock.systemUTC());
    }

    /** One more member of the share group of the actors. */
    ShareConsumer<String, byte[]> shareConsumer(final int maxPrompts) {
        return broker.clients(topics).shareConsumer(maxPrompts);
    }

    /** The ids of all prompts whose groups are in the log, as often as they are there. */
    List<String> answered() {
        return new ArrayList<>(rollouts().stream()
                .map(group -> group.getPrompt().getPromptId())
                .toList());
    }

    List<RolloutGroup> rollouts() {
        return LoggedValues.read(broker, topics.rollouts());
    }

    List<DeadLetter> deadLetters() {
        return LoggedValues.read(broker, topics.deadLetters());
    }

    static void await(final Duration limit, final BooleanSupplier condition) throws InterruptedException {
        final long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit);
            }
            Thread.sleep(100);
        }
    }

    @Override
    public void close() throws Exception {
        producer.close();
        broker.close();
    }
}
