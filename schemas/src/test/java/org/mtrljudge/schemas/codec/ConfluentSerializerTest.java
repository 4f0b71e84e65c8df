package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
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
