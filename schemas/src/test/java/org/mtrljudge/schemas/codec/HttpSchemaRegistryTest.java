package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.settings.io.Mappers;

class HttpSchemaRegistryTest {
    private static final Duration SOON = Duration.ofMillis(400);
    private static final String CHUNKS = "run.weights";
    private static final String LETTERS = "run.dead-letters";

    private final WeightChunk chunk = new WeightChunk(7, 3, ByteBuffer.wrap(new byte[] {1, 2, 3}), "abc");
    private final DeadLetter letter =
            new DeadLetter("p", "t", 0, 1L, "actor", "why", ByteBuffer.wrap(new byte[0]), null, null);
    private FakeRegistry server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeRegistry();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** The registry as a process sees it that has just started. */
    private HttpSchemaRegistry registry(final Map<String, ?> settings) {
        return new HttpSchemaRegistry(server.url(), settings, SOON);
    }

    private HttpSchemaRegistry registry() {
        return registry(Map.of());
    }

    private AvroSerde<WeightChunk> chunks() {
        return new AvroSerde<>(CHUNKS, WeightChunk.class, registry());
    }

    private AvroSerde<DeadLetter> letters() {
        return new AvroSerde<>(LETTERS, DeadLetter.class, registry());
    }

    @Test
    void shouldBlameTheRegistryWhenAnIdNamesAnotherRecord() {
        final byte[] written = chunks().encode(CHUNKS, chunk);
        server.loseEverything();
        letters().encode(LETTERS, letter);
        assertThatThrownBy(() -> chunks().decode(written))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(server.url() + " has lost its schemas")
                .hasMessageContaining("id 1 names a DeadLetter where a WeightChunk is needed");
    }

    /** One record in a wrong topic must not end a run whose registry is sound. */
    @Test
    void shouldCallARecordOfAnotherTopicDamagedWhileTheRegistryKeepsItsSchemas() {
        final AvroSerde<WeightChunk> serde = chunks();
        final byte[] stray = letters().encode(LETTERS, letter);
        serde.encode(CHUNKS, chunk);
        assertThatThrownBy(() -> serde.decode(stray))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("id 1 names a DeadLetter where a WeightChunk is needed");
        server.loseEverything();
        assertThatThrownBy(() -> serde.decode(stray))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("id 2 named WeightChunk and now names nothing");
    }

    /** Otherwise each sound record would become a dead letter, and the dead letters would take the ids that the sound records had. */
    @Test
    void shouldBlameTheRegistryThatLostEverythingBeforeTheProcessStarted() {
        letters().encode(LETTERS, letter);
        final byte[] written = chunks().encode(CHUNKS, chunk);
        server.loseEverything();
        assertThatThrownBy(() -> chunks().decode(written))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.mayPass()).isFalse())
                .hasMessageContaining(server.url() + " has lost its schemas")
                .hasMessageContaining("schema id 2 is unknown")
                .hasMessageContaining("nothing is registered under run.weights-value");
    }

    /** The registry is sound, so a wrong record is damaged also where it is the first record that a process reads. */
    @Test
    void shouldCallTheFirstRecordThatAProcessReadsDamagedWhileTheRegistryHasTheSubject() {
        final byte[] stray = letters().encode(LETTERS, letter);
        final byte[] unknown = chunks().encode(CHUNKS, chunk);
        unknown[4] = 99;
        assertThatThrownBy(() -> chunks().decode(stray))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("id 1 names a DeadLetter where a WeightChunk is needed");
        assertThatThrownBy(() -> chunks().decode(unknown))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("schema id 99 is unknown");
    }

    @Test
    void shouldCallAnUnknownIdADamagedRecordWhileTheRegistryKeepsItsSchemas() {
        final AvroSerde<WeightChunk> serde = chunks();
        final byte[] damaged = serde.encode(CHUNKS, chunk);
        damaged[4] = 99;
        assertThatThrownBy(() -> serde.decode(damaged))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("schema id 99 is unknown or no Avro schema where a WeightChunk is needed");
        server.loseEverything();
        assertThatThrownBy(() -> serde.decode(damaged))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("id 1 named WeightChunk and now names nothing");
    }

    /** Others may keep their schemas in the same registry, and one of their records in a wrong topic must not end a run. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "syntax = \"proto3\"; message A {}",
                "{\"type\":\"object\",\"properties\":{}}",
                "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"b\",\"type\":\"com.Other\"}]}",
                "[\"int\",\"string\"]",
                ""
            })
    void shouldCallARecordDamagedWhoseSchemaIsNoneOfOurs(final String schema) {
        final AvroSerde<WeightChunk> serde = chunks();
        final byte[] foreign = serde.encode(CHUNKS, chunk);
        foreign[4] = 99;
        server.then(
                200,
                Mappers.JSON
                        .createObjectNode()
                        .put("schemaType", "OTHER")
                        .put("schema", schema)
                        .toString());
        assertThatThrownBy(() -> serde.decode(foreign))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("schema id 99 ")
                .hasMessageContaining("where a WeightChunk is needed");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | {\"error_code\":40101} | basic.auth.user.info",
                "403 | forbidden              | basic.auth.user.info",
                "404 | <html>                 | the address up to /subjects?",
                "302 | moved                  | the address up to /subjects?",
                "200 | <html>                 | the address up to /subjects?",
                "422 | {\"error_code\":42201} | answers GET /schemas/ids/5 with 422"
            })
    void shouldReportAtOnceWhatOnlyAPersonCanChange(final int status, final String body, final String hint) {
        server.always(status, body);
        assertThatThrownBy(() -> registry().schemaOf(5))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.mayPass()).isFalse())
                .hasMessageContaining(server.url())
                .hasMessageContaining(hint);
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void shouldReportAnAnswerWithoutAnEndAtOnce() {
        server.always(200, "a".repeat(5 << 20));
        assertThatThrownBy(() -> registry().schemaOf(5))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.mayPass()).isFalse())
                .hasMessageContaining(server.url())
                .hasMessageContaining("larger than 4194304 bytes; is broker.schema_registry_url the address");
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void shouldReportASchemaThatTheRegistryRefusesAsNoPropertyOfARecord() {
        server.then(404, "{\"error_code\":40408}")
                .then(200, "{}")
                .then(409, "{\"error_code\":409,\"message\":\"old\"}");
        assertThatThrownBy(() -> chunks().encode(CHUNKS, chunk))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("answers POST /subjects/run.weights-value/versions with 409")
                .hasMessageEndingWith("\"old\"}");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 503})
    void shouldRepeatARequestWhoseFailureMayPass(final int status) {
        final byte[] written = chunks().encode(CHUNKS, chunk);
        server.requests.clear();
        server.then(status, "later");
        assertThat(chunks().decode(written)).isEqualTo(chunk);
        assertThat(server.requests).containsExactly("GET /schemas/ids/1", "GET /schemas/ids/1");
    }

    @Test
    void shouldEndWithItsReasonWhenTheRegistryStaysAway() {
        server.always(503, "starting");
        assertThatThrownBy(() -> registry().schemaOf(5))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.mayPass()).isTrue())
                .hasMessageContaining("with 503: starting");
        assertThat(server.requests).hasSizeGreaterThan(1);
        server.close();
        assertThatThrownBy(() -> registry().schemaOf(5)).hasMessageContaining("cannot be reached");
    }

    @Test
    void shouldKeepSubjectsFullyCompatibleAndChangeOnlyWhatDiffers() {
        server.setCompatibility("run.dead-letters-value", "BACKWARD");
        server.setCompatibility("run.weights-value", "FULL_TRANSITIVE");
        letters().encode(LETTERS, letter);
        chunks().encode(CHUNKS, chunk);
        assertThat(server.requests)
                .containsExactly(
                        "GET /config/run.dead-letters-value",
                        "PUT /config/run.dead-letters-value",
                        "POST /subjects/run.dead-letters-value/versions",
                        "GET /config/run.weights-value",
                        "POST /subjects/run.weights-value/versions");
    }

    @Test
    void shouldLogInWithEveryRequest() {
        registry(Map.of("basic.auth.user.info", "judge:it: 1")).check();
        registry(Map.of("bearer.auth.token", "0123")).idOf("x-value", WeightChunk.getClassSchema());
        // judge:it: 1 in Base64
        assertThat(server.logins.get(0)).isEqualTo("Basic anVkZ2U6aXQ6IDE=");
        assertThat(server.logins.subList(1, server.logins.size())).hasSize(3).containsOnly("Bearer 0123");
        assertThatThrownBy(() -> registry(Map.of("basic.auth.user.info", "a:b", "bearer.auth.token", "c")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set only one of them");
    }

    @Test
    void shouldSayWhetherTheRegistryCanBeUsedWithoutWaiting() {
        registry().check();
        server.then(503, "starting").then(401, "who?");
        assertThatThrownBy(() -> registry().check())
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.mayPass()).isTrue());
        assertThatThrownBy(() -> registry().check())
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.mayPass()).isFalse());
        assertThat(server.requests).hasSize(3);
    }
}
