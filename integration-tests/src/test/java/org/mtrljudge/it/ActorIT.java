package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.actor.Actor;
import org.mtrljudge.actor.ActorMetrics;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.actor.JudgeEngine;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.VersionSpan;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

/** An actor with a real broker and with everything that can be wrong in its inputs. */
class ActorIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOCK_MS = 3000;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("actors", new LocalSchemaRegistry());
    private TestBroker broker;
    private Producer<String, byte[]> producer;
    private ByteBuffer weights;

    @BeforeEach
    void start() {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
        producer = broker.clients(topics).producer();
        try (JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 1)) {
            weights = model.policy().toSafetensors();
        }
    }

    @AfterEach
    void stop() throws Exception {
        producer.close();
        broker.close();
    }

    private Thread run(final Actor actor) {
        final Thread thread = new Thread(actor);
        thread.start();
        return thread;
    }

    private Actor actor(final String id) {
        return actor(id, Topics.MAX_DELIVERIES);
    }

    private Actor actor(final String id, final int maxDeliveries) {
        return actor(id, maxDeliveries, false);
    }

    private Actor actor(final String id, final int maxDeliveries, final boolean inFlightUpdate) {
        final JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 0);
        return new Actor(
                new ActorSettings(id, 4, maxDeliveries, inFlightUpdate),
                broker.clients(topics),
                null,
                new JudgeEngine(model, folder, 1),
                new ActorMetrics(new SimpleMeterRegistry()),
                Clock.systemUTC());
    }

    /** Sends each version as one chunk, which is enough for these weights. */
    private void publish(final int version, final boolean damaged) throws Exception {
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

    private PromptRequest prompt(final String id, final List<ImageRef> images, final int minVersion) {
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
                null);
    }

    private List<ConsumerRecord<String, byte[]>> read(final String topic, final int count) {
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

    private static void end(final Actor actor, final Thread thread) throws InterruptedException {
        actor.stop();
        thread.join(PATIENCE.toMillis());
        actor.close();
    }

    @Test
    void shouldMakeDeadLettersOfPoisonAndGoOn() throws Exception {
        publish(0, false);
        producer.send(new ProducerRecord<>(topics.prompts().name(), "poison", new byte[] {1, 2, 3}));
        final ByteBuffer noPicture = ByteBuffer.wrap(new byte[] {1, 2, 3});
        final ImageRef broken = new ImageRef(Sha256.of(noPicture), null, noPicture);
        final ImageRef outside = new ImageRef("00", "../../etc/passwd", null);
        final ImageRef changed = new ImageRef("00", null, noPicture);
        producer.send(topics.prompts().message("broken", prompt("broken", List.of(broken), 0)));
        producer.send(topics.prompts().message("outside", prompt("outside", List.of(outside), 0)));
        producer.send(topics.prompts().message("changed", prompt("changed", List.of(changed), 0)));
        producer.send(topics.prompts().message("good", prompt("good", List.of(), 0)));

        final Actor actor = actor("a");
        final Thread thread = run(actor);
        final Map<String, String> reasons = new HashMap<>();
        for (final var record : read(topics.deadLetters().name(), 4)) {
            final DeadLetter letter = topics.deadLetters().valueSerde().decode(record.value());
            reasons.put(record.key(), letter.getReason());
            assertThat(letter.getService()).isEqualTo("actor");
            assertThat(letter.getTopic()).isEqualTo(topics.prompts().name());
        }
        final var rollouts = read(topics.rollouts().name(), 1);
        end(actor, thread);

        assertThat(reasons.get("poison")).contains("wire format");
        assertThat(reasons.get("broken")).contains("is not a PNG");
        assertThat(reasons.get("outside")).contains("outside the data root");
        assertThat(reasons.get("changed")).contains("SHA-256");
        assertThat(rollouts).extracting(ConsumerRecord::key).containsExactly("good");
    }

    @Test
    void shouldStayOnItsVersionWhenTheNextIsDamagedAndTakeTheOneAfter() throws Exception {
        publish(0, false);
        producer.send(topics.prompts().message("zero", prompt("zero", List.of(), 0)));
        final Actor actor = actor("a");
        final Thread thread = run(actor);
        assertThat(rollouts(1).get(0).getPolicyVersion()).isZero();
        publish(1, true);
        producer.send(topics.prompts().message("still", prompt("still", List.of(), 0)));
        assertThat(rollouts(2).get(1).getPolicyVersion()).isZero();
        publish(2, false);
        producer.send(topics.prompts().message("next", prompt("next", List.of(), 1)));
        final RolloutGroup next = rollouts(3).get(2);
        end(actor, thread);

        assertThat(next.getPolicyVersion()).isEqualTo(2);
        assertThat(next.getPolicyDigest()).isEqualTo(Sha256.of(weights));
    }

    @Test
    void shouldTakeNewerWeightsWhileALongGroupIsGenerating() throws Exception {
        publish(0, false);
        final PromptRequest longOne = prompt("long", List.of(), 0);
        longOne.put("groupSize", 32);
        longOne.put("sampling", new Sampling(1.0, 1.0, 1000, 1L));
        final Actor actor = actor("a", Topics.MAX_DELIVERIES, true);
        final Thread thread = run(actor);
        producer.send(topics.prompts().message("first", prompt("first", List.of(), 0)));
        // The first rollout shows that the actor is working.
        rollouts(1);
        producer.send(topics.prompts().message("long", longOne)).get();
        Thread.sleep(1000);
        publish(1, false);
        final RolloutGroup group = rollouts(2).get(1);
        end(actor, thread);

        assertThat(group.getPolicyVersion()).as("the oldest counts").isZero();
        final Completion longest = group.getCompletions().stream()
                .max(Comparator.comparingInt(c -> c.getTokens().remaining()))
                .orElseThrow();
        assertThat(longest.getVersions())
                .extracting(VersionSpan::getPolicyVersion)
                .containsExactly(0, 1);
        assertThat(longest.getVersions().stream()
                        .mapToInt(VersionSpan::getTokens)
                        .sum())
                .isEqualTo(longest.getTokens().remaining() / Integer.BYTES);
    }

    private List<RolloutGroup> rollouts(final int count) {
        return read(topics.rollouts().name(), count).stream()
                .map(r -> topics.rollouts().valueSerde().decode(r.value()))
                .toList();
    }

    @Test
    void shouldGiveThePromptsOfAKilledActorToAnother() throws Exception {
        for (int i = 0; i < 6; i++) {
            producer.send(topics.prompts().message("p" + i, prompt("p" + i, List.of(), 0)))
                    .get();
        }
        final String bootstrap = broker.address();
        try (ActorProcess first = ActorProcess.start("first", "actors", bootstrap, folder)) {
            // The actor holds prompts and waits, because no weights are published yet.
            first.waitUntilItSays("first holds", PATIENCE);
            first.kill();
        }
        publish(0, false);
        final Actor second = actor("second");
        final Thread other = run(second);
        final List<RolloutGroup> rollouts = rollouts(6);
        end(second, other);

        assertThat(rollouts)
                .extracting(r -> r.getPrompt().getPromptId())
                .containsExactlyInAnyOrder("p0", "p1", "p2", "p3", "p4", "p5");
        assertThat(rollouts).extracting(RolloutGroup::getActorId).containsOnly("second");
    }

    /** Receives every prompt and releases it, as the broker does for an actor that died. */
    private void deliverInVain(final int prompts) {
        try (ShareConsumer<String, byte[]> consumer = broker.clients(topics).shareConsumer(1)) {
            consumer.subscribe(List.of(topics.prompts().name()));
            int taken = 0;
            while (taken < prompts) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    consumer.acknowledge(record, AcknowledgeType.RELEASE);
                    taken++;
                }
            }
            consumer.commitSync();
        }
    }

    @Test
    void shouldMakeADeadLetterOfAPromptThatKeepsKillingItsActors() throws Exception {
        publish(0, false);
        producer.send(topics.prompts().message("killer", prompt("killer", List.of(), 0)))
                .get();
        deliverInVain(1);
        producer.send(topics.prompts().message("good", prompt("good", List.of(), 0)))
                .get();
        final Actor actor = actor("a", 2);
        final Thread thread = run(actor);
        final DeadLetter letter = topics.deadLetters()
                .valueSerde()
                .decode(read(topics.deadLetters().name(), 1).get(0).value());
        final var rollouts = read(topics.rollouts().name(), 1);
        end(actor, thread);

        assertThat(letter.getPromptId()).isEqualTo("killer");
        assertThat(letter.getReason()).startsWith("this is delivery").contains("no actor lived to answer it");
        assertThat(rollouts).extracting(ConsumerRecord::key).containsExactly("good");
    }

    @Test
    void shouldKeepItsPromptsWhileItWaitsForWeightsAndGeneratesALongGroup() throws Exception {
        try (Admin admin = broker.clients(topics).admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, topics.actorGroup()),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.record.lock.duration.ms", String.valueOf(LOCK_MS)),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        for (int i = 0; i < 4; i++) {
            final PromptRequest longOne = prompt("p" + i, List.of(), 0);
            longOne.put("groupSize", 32);
            longOne.put("sampling", new Sampling(1.0, 1.0, 800, (long) i));
            producer.send(topics.prompts().message("p" + i, longOne)).get();
        }
        final Actor first = actor("first");
        final Actor second = actor("second");
        final Thread one = run(first);
        final Thread other = run(second);
        // The actors hold the prompts and wait for weights longer than a lock lasts.
        Thread.sleep(2 * LOCK_MS);
        publish(0, false);
        rollouts(4);
        // This is time for a second delivery to begin if a lock timed out.
        Thread.sleep(2 * LOCK_MS);
        end(first, one);
        end(second, other);

        final List<RolloutGroup> rollouts = LoggedValues.read(broker, topics.rollouts());
        assertThat(rollouts)
                .extracting(r -> r.getPrompt().getPromptId())
                .containsExactlyInAnyOrder("p0", "p1", "p2", "p3");
        assertThat(rollouts.stream().mapToDouble(RolloutGroup::getGenerateMs).sum())
                .as("generation outlasts the lock too")
                .isGreaterThan(2 * LOCK_MS);
    }
}
