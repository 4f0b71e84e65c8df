package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mtrljudge.it.RolloutGroups.RIGHT;

import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.HttpSchemaRegistry;
import org.mtrljudge.schemas.codec.RegistryException;
import org.mtrljudge.schemas.topic.Topics;

/** New optional fields with a real registry: old and new code read each other's records. The registry refuses incompatible schemas. */
class SchemaEvolutionIT {
    @TempDir
    private static Path folder;

    private static RegistryProcess server;

    private final RolloutGroup rollout = RolloutGroups.group("p1", "good", 3, RIGHT, RIGHT);
    private final ScoredGroup scored = new ScoredGroup(
            rollout,
            "set",
            1,
            List.of(
                    new CompletionScore(Map.of("accuracy", 1.0), 1.0, 0.5, "yes", null, null),
                    new CompletionScore(Map.of("accuracy", 0.0), 0.0, -0.5, "no", null, null)),
            false,
            0.5,
            42L,
            0);

    @BeforeAll
    static void start() throws Exception {
        server = RegistryProcess.start(folder.resolve("registry.log"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.close();
    }

    private static Schema earlier(final String name) throws IOException {
        try (InputStream in = Topics.class.getResourceAsStream("/earlier-schemas/" + name + "-1.avsc")) {
            return new Schema.Parser().parse(in);
        }
    }

    /** Reads a record as code of the first version does: with its own schema and with the writer's schema from the registry. */
    private static GenericRecord readByOldCode(final byte[] bytes, final Schema own) throws IOException {
        final Schema writer = new HttpSchemaRegistry(server.url())
                .schemaOf(ByteBuffer.wrap(bytes, 1, 4).getInt());
        return new GenericDatumReader<GenericRecord>(writer, own)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null));
    }

    /** Writes a record as code of the first version does. */
    private static byte[] writeByOldCode(final GenericRecord value, final String topic) throws IOException {
        final int id = new HttpSchemaRegistry(server.url()).idOf(topic + "-value", value.getSchema());
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(value.getSchema()).write(value, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    @Test
    void shouldReadOldRolloutsWithNewCodeAndNewRolloutsWithOldCode() throws IOException {
        final Topics topics = new Topics("evolved", new HttpSchemaRegistry(server.url()));
        final byte[] written = topics.rollouts().message("p1", rollout).value();

        final GenericRecord old = readByOldCode(written, earlier("RolloutGroup"));
        assertThat(old.get("policyVersion")).isEqualTo(3);
        assertThat(old.hasField("promptTokens")).isFalse();

        final byte[] oldBytes = writeByOldCode(old, topics.rollouts().name());
        assertThat(oldBytes).isNotEqualTo(written);
        final RolloutGroup read = topics.rollouts().valueSerde().decode(oldBytes);
        assertThat(read.getPromptTokens()).isNull();
        assertThat(read.getPrompt().getPairId()).isNull();
        assertThat(read.getCompletions()).isEqualTo(rollout.getCompletions());
    }

    @Test
    void shouldReadOldScoresWithNewCodeAndNewScoresWithOldCode() throws IOException {
        final Topics topics = new Topics("evolved", new HttpSchemaRegistry(server.url()));
        final byte[] written = topics.scored().message("p1", scored).value();
        assertThat(topics.scored().valueSerde().decode(written)).isEqualTo(scored);

        final GenericRecord old = readByOldCode(written, earlier("ScoredGroup"));
        assertThat(old.get("rewardSet")).hasToString("set");
        final ScoredGroup read = topics.scored()
                .valueSerde()
                .decode(writeByOldCode(old, topics.scored().name()));
        assertThat(read.getRolloutOffset()).isNull();
        assertThat(read.getScores()).isEqualTo(scored.getScores());
    }

    /** Compares our bytes with those of Apicurio's serializer. With the profile {@code confluent}, we write with Confluent's serializer. */
    @Test
    void shouldWriteTheBytesThatOtherSerializersWrite() {
        final HttpSchemaRegistry registry = new HttpSchemaRegistry(server.url());
        final Topics topics = new Topics("bytes", registry);
        final byte[] ours = topics.scored().message("p1", scored).value();
        try (Serializer<ScoredGroup> theirs = new AvroKafkaSerializer<>()) {
            theirs.configure(
                    Map.of(
                            "apicurio.registry.url",
                            server.url().replace("ccompat/v7", "registry/v2"),
                            "apicurio.registry.as-confluent",
                            true,
                            "apicurio.registry.headers.enabled",
                            false,
                            "apicurio.registry.use-id",
                            "contentId",
                            "apicurio.registry.auto-register",
                            true,
                            "apicurio.registry.auto-register.if-exists",
                            "RETURN_OR_UPDATE",
                            "apicurio.registry.artifact-resolver-strategy",
                            "io.apicurio.registry.serde.strategy.TopicIdStrategy"),
                    false);
            final byte[] same = theirs.serialize(topics.scored().name(), scored);
            assertThat(Arrays.copyOfRange(same, 5, same.length))
                    .as("the bytes after the magic byte and the id")
                    .isEqualTo(Arrays.copyOfRange(ours, 5, ours.length));
            assertThat(same[0]).isEqualTo(ours[0]).isZero();
            assertThat(registry.schemaOf(ByteBuffer.wrap(same, 1, 4).getInt()))
                    .as("their id names our schema")
                    .isEqualTo(ScoredGroup.getClassSchema());
            assertThat(topics.scored().valueSerde().decode(same)).isEqualTo(scored);
        }
    }

    /** The usual requests to a registry with Confluent's interface. */
    @Test
    void shouldAnswerConfluentsInterfaceForOurSubjects() throws Exception {
        final Topics topics = new Topics("asked", new HttpSchemaRegistry(server.url()));
        topics.rollouts().message("p1", rollout);
        assertThat(get("/subjects")).contains("\"asked.rollouts-value\"");
        assertThat(get("/subjects/asked.rollouts-value/versions")).isEqualTo("[1]");
        assertThat(get("/subjects/asked.rollouts-value/versions/latest"))
                .contains("\"subject\":\"asked.rollouts-value\"", "RolloutGroup");
        assertThat(get("/config/asked.rollouts-value")).contains("FULL_TRANSITIVE");
    }

    private static String get(final String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void shouldGetAnErrorForAnIncompatibleChange() {
        final HttpSchemaRegistry registry = new HttpSchemaRegistry(server.url());
        final String subject = "guarded.rollouts-value";
        registry.idOf(subject, RolloutGroup.getClassSchema());
        final Schema withoutDefault = SchemaBuilder.record("RolloutGroup")
                .namespace("org.mtrljudge.schemas")
                .fields()
                .requiredString("prompt")
                .endRecord();
        assertThatThrownBy(() -> registry.idOf(subject, withoutDefault))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("with 409")
                .hasMessageContaining("ncompatible");
    }

    @Test
    void shouldDistinguishAnUnknownIdFromAnUnreachableRegistry() {
        new HttpSchemaRegistry(server.url()).check();
        assertThat(new HttpSchemaRegistry(server.url()).schemaOf(987_654)).isNull();
        assertThatThrownBy(() -> new HttpSchemaRegistry("http://127.0.0.1:1", Map.of(), Duration.ZERO).schemaOf(1))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("cannot be reached");
    }
}
