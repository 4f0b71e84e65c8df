package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.AvroSerde;
import org.mtrljudge.schemas.codec.HttpSchemaRegistry;
import org.mtrljudge.schemas.codec.RegistryException;

/** Whatever a schema registry answers, a record is read or refused, or the registry is named as the cause. */
class RegistryFuzzTest {
    private static final CannedServer SERVER = new CannedServer();

    private static HttpSchemaRegistry registry() {
        return new HttpSchemaRegistry(SERVER.url(), Map.of(), Duration.ofMillis(1));
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseAnyAnswer(final byte[] bytes) {
        final var registry = registry();
        try (var allowed = SERVER.answering(bytes)) {
            final @Nullable Schema schema = registry.schemaOf(1);
            assertThat(schema == null
                            || schema.hashCode() == registry.schemaOf(1).hashCode())
                    .isTrue();
            registry.idOf("run.prompts-value", PromptRequest.getClassSchema());
        } catch (final RegistryException e) {
            assertThat(e.getMessage()).contains("registry");
        }
    }

    /** The writer's schema, a zero byte, and a record that was written with it. */
    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseARecordOfAnyWriterSchema(final byte[] bytes) throws Exception {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        final String schema = new String(bytes, 0, end, StandardCharsets.UTF_8);
        final byte[] answer = new ObjectMapper().writeValueAsBytes(Map.of("schema", schema));
        final byte[] record = new byte[5 + Math.max(0, bytes.length - end - 1)];
        record[4] = 1;
        System.arraycopy(bytes, Math.min(end + 1, bytes.length), record, 5, record.length - 5);
        try (var allowed = SERVER.answering(answer)) {
            final PromptRequest prompt = new AvroSerde<>("run.prompts", PromptRequest.class, registry()).decode(record);
            assertThat(prompt.getPromptId()).isNotNull();
        } catch (final SerializationException | RegistryException e) {
            assertThat(((KafkaException) e).getMessage()).isNotBlank();
        }
    }
}
