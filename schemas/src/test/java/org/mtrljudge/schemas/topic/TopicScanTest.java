package org.mtrljudge.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;

class TopicScanTest {
    private final Topic<PromptRequest> prompts = new Topics("run", new LocalSchemaRegistry()).prompts();

    private byte[] prompt(final String id) {
        return prompts.message(
                        id,
                        new PromptRequest(
                                id,
                                "t",
                                "?",
                                List.of(),
                                "a",
                                List.of("a"),
                                2,
                                new Sampling(1.0, 1.0, 4, 7L),
                                Purpose.TRAIN,
                                3,
                                null,
                                null,
                                null,
                                null))
                .value();
    }

    /** A scan of three records, of which the second is no prompt. */
    private TopicScan<PromptRequest> scan(final byte[] second, final boolean whole) {
        final TopicPartition partition = new TopicPartition(prompts.name(), 0);
        final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        consumer.updateBeginningOffsets(Map.of(partition, 0L));
        consumer.updateEndOffsets(Map.of(partition, 3L));
        final TopicScan<PromptRequest> scan = new TopicScan<>(prompts, consumer, whole);
        final byte[][] values = {prompt("a"), second, prompt("c")};
        for (int i = 0; i < values.length; i++) {
            consumer.addRecord(new ConsumerRecord<>(prompts.name(), 0, i, "key", values[i]));
        }
        return scan;
    }

    @Test
    void shouldSkipWhatCannotBeRead() {
        assertThat(scan(new byte[] {1}, false).rest())
                .extracting(entry -> entry.value().getPromptId())
                .containsExactly("a", "c");
        final TopicScan<PromptRequest> scan = scan(new byte[] {1}, false);
        assertThat(scan.skippedKeys()).isEmpty();
        scan.rest();
        assertThat(scan.skippedKeys()).containsExactly("key");
        assertThat(scan(null, false).rest()).extracting(TopicScan.Entry::offset).containsExactly(0L, 2L);
    }

    @Test
    void shouldReadFromTheBeginningWhereADamagedRecordNamesAnOffsetBelowZero() {
        final TopicScan<PromptRequest> scan = scan(prompt("b"), true);
        scan.seek(-5);
        assertThat(scan.rest()).hasSize(3);
    }

    @Test
    void shouldEndWhereAWholeTopicIsNeededAndARecordCannotBeRead() {
        assertThatThrownBy(() -> scan(new byte[] {1}, true).rest())
                .isInstanceOf(DamagedTopicException.class)
                .hasMessageStartingWith(
                        "run.prompts at offset 1 cannot be read: not in the wire format of the registry")
                .hasMessageContaining("restore the topic");
        assertThatThrownBy(() -> scan(null, true).rest()).hasMessageContaining("the record has no value");
        assertThat(scan(prompt("b"), true).rest()).hasSize(3);
    }
}
