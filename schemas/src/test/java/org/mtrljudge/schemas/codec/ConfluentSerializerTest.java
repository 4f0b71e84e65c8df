package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.WeightChunk;

/** The part of the profile {@code confluent} that needs none of Confluent's classes. */
class ConfluentSerializerTest {
    @Test
    void shouldPassTheLogInAndSayWhereItComesFrom() {
        assertThat(ConfluentSerializer.config(
                        "http://registry:8081",
                        Map.of("basic.auth.user.info", "a:b", "schema.registry.ssl.truststore.location", "/ca")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "schema.registry.url", "http://registry:8081",
                        "auto.register.schemas", true,
                        "basic.auth.user.info", "a:b",
                        "basic.auth.credentials.source", "USER_INFO",
                        "schema.registry.ssl.truststore.location", "/ca"));
        assertThat(ConfluentSerializer.config("http://registry:8081", Map.of("bearer.auth.token", "t")))
                .containsEntry("bearer.auth.credentials.source", "STATIC_TOKEN");
    }

    /** A registry whose records another serializer writes. */
    private static final class Other implements SchemaRegistry {
        private final List<String> events = new ArrayList<>();

        @Override
        public Serializer<Object> serializer() {
            return (topic, value) -> {
                events.add("wrote to " + topic);
                return new byte[] {7};
            };
        }

        @Override
        public int idOf(final String subject, final Schema schema) {
            events.add("registered " + subject);
            return 1;
        }

        @Override
        public Schema schemaOf(final int id) {
            return WeightChunk.getClassSchema();
        }

        @Override
        public KafkaException otherRecord(final String subject, final Schema expected, final String what) {
            return new KafkaException(what);
        }
    }

    /** How often the serializer was asked. */
    private final AtomicInteger asked = new AtomicInteger();

    /** A serializer that fails as often as this, as Confluent's does. */
    private Serializer<Object> patient(final int failures, final Exception cause, final Duration limit) {
        final Serializer<Object> other = (topic, value) -> {
            if (asked.incrementAndGet() <= failures) {
                throw new SerializationException("Error serializing Avro message", cause);
            }
            return new byte[] {7};
        };
        return ConfluentSerializer.patient(other, new RegistryHttp("http://registry:8081", Map.of(), limit));
    }

    /** Otherwise the group whose scores are written at that moment would become a dead letter. */
    @Test
    void shouldAskAnotherSerializerAgainWhileTheRegistryIsAway() {
        final Serializer<Object> serializer = patient(2, new ConnectException("refused"), Duration.ofMinutes(1));
        assertThat(serializer.serialize("run.scored", "value")).containsExactly(7);
        assertThat(asked).hasValue(3);
    }

    @Test
    void shouldBlameTheRegistryThatStaysAwayAndNotTheRecord() {
        final Serializer<Object> serializer = patient(99, new ConnectException("refused"), Duration.ZERO);
        assertThatThrownBy(() -> serializer.serialize("run.scored", "value"))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.mayPass()).isTrue())
                .hasMessageContaining("the schema registry at http://registry:8081 failed")
                .hasMessageContaining("run.scored")
                .hasMessageContaining("refused");
    }

    @Test
    void shouldBlameARecordThatAvroCannotWrite() {
        final Serializer<Object> serializer = patient(1, new NullPointerException("scores"), Duration.ofMinutes(1));
        assertThatThrownBy(() -> serializer.serialize("run.scored", "value"))
                .isInstanceOf(SerializationException.class)
                .hasRootCauseMessage("scores");
        assertThat(asked).hasValue(1);
    }

    @Test
    void shouldRegisterASchemaUnderOurRulesBeforeAnotherSerializerDoes() {
        final Other registry = new Other();
        final AvroSerde<WeightChunk> serde = new AvroSerde<>("run.weights", WeightChunk.class, registry);
        final WeightChunk chunk = new WeightChunk(7, 3, ByteBuffer.wrap(new byte[0]), "abc");
        assertThat(serde.encode("run.weights", chunk)).containsExactly(7);
        serde.encode("run.weights", chunk);
        assertThat(registry.events)
                .containsExactly("registered run.weights-value", "wrote to run.weights", "wrote to run.weights");
    }
}
