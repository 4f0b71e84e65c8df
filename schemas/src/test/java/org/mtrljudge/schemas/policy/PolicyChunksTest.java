package org.mtrljudge.schemas.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

class PolicyChunksTest {
    private static final byte[] IMAGE = "the weights".getBytes(StandardCharsets.UTF_8);
    private static final int VERSION = 7;

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final PolicyChunks chunks = new PolicyChunks(topics.weights(), consumer);
    private long end;

    private void add(final byte[] value) {
        final String topic = topics.weights().name();
        consumer.updateBeginningOffsets(Map.of(new TopicPartition(topic, 0), 0L));
        consumer.addRecord(new ConsumerRecord<>(topic, 0, end++, "key", value));
    }

    private void addChunk(final int version, final int index, final int from, final int to) {
        final ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOfRange(IMAGE, from, to));
        add(topics.weights()
                .message("key", new WeightChunk(version, index, bytes, Sha256.of(bytes)))
                .value());
    }

    private ByteBuffer fetch() {
        return fetch(3, IMAGE.length, 0);
    }

    private ByteBuffer fetch(final int count, final long totalBytes, final long offset) {
        return chunks.fetch(new PolicyManifest(
                VERSION,
                VERSION,
                PolicyKind.FULL,
                "F32",
                count,
                totalBytes,
                Sha256.of(ByteBuffer.wrap(IMAGE)),
                offset,
                null,
                null));
    }

    @Test
    void shouldFetchAVersionAmongRecordsThatAreNoneOfItsChunks() {
        addChunk(VERSION - 1, 2, 0, 5);
        addChunk(VERSION, 0, 0, 4);
        add(null);
        add("no chunk".getBytes(StandardCharsets.UTF_8));
        addChunk(VERSION, 1, 4, 8);
        final DeadLetter letter =
                DeadLetters.of("p", "run.prompts", 0, 1, "actor", "why", ByteBuffer.wrap(new byte[0]));
        add(topics.deadLetters().valueSerde().encode("run.dead-letters", letter));
        addChunk(VERSION, 2, 8, IMAGE.length);
        assertThat(fetch()).isEqualTo(ByteBuffer.wrap(IMAGE));
    }

    @Test
    void shouldCallAVersionDamagedOneOfWhoseChunksCannotBeRead() {
        addChunk(VERSION, 0, 0, 4);
        add("no chunk".getBytes(StandardCharsets.UTF_8));
        addChunk(VERSION, 2, 8, IMAGE.length);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("chunk 2 is damaged or out of order");
    }

    @Test
    void shouldSayHowManyChunksOfAVersionArrived() {
        addChunk(VERSION, 0, 0, 4);
        addChunk(VERSION, 1, 4, 8);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(UnreachablePolicyException.class)
                .hasMessageContaining("only 2 of 3 chunks arrived");
    }

    @ParameterizedTest
    @CsvSource({
        "3, 2147483639, 0, chunks like the first have 12",
        "1000000000, 2147483639, 0, 'its manifest says 1000000000 chunks, allowed is'",
        "3, 12, 0, 'its chunks have 11 bytes, but its manifest says 12'",
        "3, 10, 0, chunk 2 has more bytes than its manifest leaves for it",
        "3, 11, -1, 'at offset -1, allowed is 0 or more'"
    })
    void shouldCallAVersionDamagedWhoseManifestCannotBeTrue(
            final int count, final long totalBytes, final long offset, final String why) {
        addChunk(VERSION, 0, 0, 4);
        addChunk(VERSION, 1, 4, 8);
        addChunk(VERSION, 2, 8, IMAGE.length);
        assertThatThrownBy(() -> fetch(count, totalBytes, offset))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(why);
    }
}
