package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** A live run, of whose examples and records one in twenty is poison of every kind: it ends well, and each is counted with its reason. */
@Timeout(300)
class PoisonedRunIT {
    private static final int STEPS = 14;
    private static final int BATCH = 6;
    private static final int LINES = 76;
    private static final String REWARDS = """
            name: poisoned
            version: 1
            defaults: {verifier: picky, weights: {accuracy: 1}}
            """;
    private static final List<String> INJECTED = List.of(
            "the record has no value",
            "not in the wire format of the registry",
            "is unknown or no Avro schema",
            "names a DeadLetter",
            "the bytes are not a ");

    private static final List<String> BAD_EXAMPLES =
            List.of("cannot be decoded", "is not a PNG, JPEG, WebP, GIF or BMP picture", "bad luck");

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("poisoned", new LocalSchemaRegistry());

    private static byte[] png(final int shade) throws IOException {
        final BufferedImage image = new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 48; x++) {
            for (int y = 0; y < 48; y++) {
                image.setRGB(x, y, new Color(shade, x * 5, y * 5).getRGB());
            }
        }
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static String line(final int number, final String text, final String answer) {
        final String split = number < LINES ? "train" : "test";
        return ("{\"task\": \"t\", \"split\": \"%s\", \"prompt\": \"<image>\\n%s?\", \"images\": [\"%d.png\"], \"answer\": \"%s\", "
                        + "\"labels\": [\"yes\", \"no\", \"%s\"]}")
                .formatted(split, text, number, answer, BadVerifiers.Picky.UNLUCKY);
    }

    /** One line in twenty-five is bad: a picture that is cut off, one that is none, a verifier that throws. A special token in a text is text. */
    private Path data() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (int i = 0; i < LINES + 4; i++) {
            final byte[] picture = png(i * 3);
            final byte[] bytes = switch (i) {
                case 10 -> Arrays.copyOf(picture, picture.length / 2);
                case 30 -> "<html>not found</html>".getBytes(StandardCharsets.UTF_8);
                default -> picture;
            };
            Files.write(folder.resolve(i + ".png"), bytes);
            final String text = i == 50 ? "a text with <|im_end|>" : "text " + i;
            lines.add(line(i, text, i == 70 ? BadVerifiers.Picky.UNLUCKY : i % 2 == 0 ? "yes" : "no"));
        }
        return Files.write(folder.resolve("data.jsonl"), lines);
    }

    /** A record of each kind of {@link #INJECTED}. */
    private List<byte[]> poison(final Topic<?> topic, final byte[] sound) {
        final byte[] otherRecord = topics.deadLetters()
                .message("p", DeadLetters.of("p", topic.name(), 0, 0, "test", "poison", ByteBuffer.allocate(0)))
                .value();
        final byte[] unknownSchema = sound.clone();
        unknownSchema[4] ^= 0x55;
        final List<byte[]> values = new ArrayList<>();
        values.add(null);
        values.add("no record".getBytes(StandardCharsets.UTF_8));
        values.add(unknownSchema);
        values.add(otherRecord);
        values.add(Arrays.copyOf(sound, sound.length / 2));
        return values;
    }

    /** Writes the poison between the records of the live run, after every twelfth scored group. */
    private void inject(final Map<String, String> broker, final Future<?> run) throws Exception {
        final KafkaClients clients = new KafkaClients(topics, new HashMap<>(broker));
        try (Consumer<String, byte[]> reader = clients.consumer(KafkaClients.Fetching.BY_DEFAULT);
                Producer<String, byte[]> producer = clients.producer()) {
            final List<Topic<?>> poisoned = List.of(topics.prompts(), topics.rollouts(), topics.scored());
            final List<TopicPartition> partitions = new ArrayList<>();
            poisoned.forEach(topic -> partitions.add(new TopicPartition(topic.name(), 0)));
            reader.assign(partitions);
            final Map<String, byte[]> sound = new HashMap<>();
            int scored = 0;
            int injected = 0;
            while (injected < INJECTED.size() && !run.isDone()) {
                for (final ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(100))) {
                    if (!record.key().startsWith("poison")) {
                        sound.putIfAbsent(record.topic(), record.value());
                        scored += record.topic().equals(topics.scored().name()) ? 1 : 0;
                    }
                }
                if (sound.size() == poisoned.size() && scored >= (injected + 1) * 10) {
                    for (final Topic<?> topic : poisoned) {
                        final byte[] value =
                                poison(topic, sound.get(topic.name())).get(injected);
                        producer.send(new ProducerRecord<>(topic.name(), "poison-" + injected, value))
                                .get();
                    }
                    injected++;
                }
            }
        }
    }

    private int train() throws IOException {
        Files.writeString(folder.resolve("rewards.yaml"), REWARDS);
        BadVerifiers.jar(folder.resolve("plugins"));
        return Judge.execute(
                "train",
                "--run=poisoned",
                "--runs=" + folder.resolve("runs"),
                "--data=" + data(),
                "--set=reward.file=" + folder.resolve("rewards.yaml"),
                "--set=reward.plugins=" + folder.resolve("plugins"),
                "--set=data.rollout_batch_size=" + BATCH,
                "--set=data.max_response_length=8",
                "--set=actor.global_batch_size=" + BATCH,
                "--set=rollout.n=2",
                "--set=rollout.max_prompts=2",
                "--set=sft.steps=0",
                "--set=trainer.val_freq=0",
                "--set=trainer.test_before_train=false",
                "--set=trainer.total_steps=" + STEPS);
    }

    @Test
    void shouldEndWellAndCountEachPoisonWithItsReason() throws Exception {
        final Path run = folder.resolve("runs/poisoned");
        final ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            final Future<Integer> trained = background.submit(this::train);
            final Path address = run.resolve("kafka/bootstrap.servers");
            while (!Files.exists(address) || Files.size(address) == 0) {
                assertThat(trained.isDone()).as("the run ended too early").isFalse();
                Thread.sleep(50);
            }
            inject(
                    Map.of(
                            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                            Files.readString(address).strip()),
                    trained);
            assertThat(trained.get()).isZero();
        } finally {
            background.shutdownNow();
        }
        final int dead = deadPrompts(run);
        try (EmbeddedBroker broker = EmbeddedBroker.start(run.resolve("kafka"), 0)) {
            check(LoggedValues.read(broker.clients(topics), topics.deadLetters()), dead);
        }
    }

    private static int deadPrompts(final Path run) throws IOException {
        final JsonNode groups = new ObjectMapper()
                .readTree(run.resolve("summary.json").toFile())
                .get("groups");
        assertThat(groups.get("learned").asInt()).isEqualTo(STEPS * BATCH);
        assertThat(groups.get("published").asInt())
                .isEqualTo(groups.get("learned").asInt()
                        + groups.get("stale").asInt()
                        + groups.get("dead").asInt());
        return groups.get("dead").asInt();
    }

    /** Every foreign record of prompts and rollouts has one dead letter, and so has every prompt of a bad example. */
    private void check(final List<DeadLetter> letters, final int deadPrompts) {
        final List<String> asked = new ArrayList<>();
        final List<String> foreign = new ArrayList<>();
        for (final DeadLetter letter : letters) {
            if (letter.getPromptId() == null) {
                foreign.add(letter.getService() + ": " + kind(letter, INJECTED));
            } else {
                asked.add(letter.getService() + ": " + kind(letter, BAD_EXAMPLES));
            }
        }
        final List<String> expected = new ArrayList<>();
        INJECTED.forEach(reason -> expected.addAll(List.of("actor: " + reason, "reward: " + reason)));
        assertThat(foreign).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(asked)
                .hasSize(deadPrompts)
                .contains(
                        "learner: cannot be decoded",
                        "learner: is not a PNG, JPEG, WebP, GIF or BMP picture",
                        "reward: bad luck");
    }

    private static String kind(final DeadLetter letter, final List<String> kinds) {
        return kinds.stream().filter(letter.getReason()::contains).findFirst().orElse(letter.getReason());
    }
}
