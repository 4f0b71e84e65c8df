package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class PromptBatchesTest {
    /** Prompts at the offsets 0, 1, … with these numbers of deliveries. */
    private static List<ConsumerRecord<String, byte[]>> prompts(final int... deliveries) {
        final List<ConsumerRecord<String, byte[]>> prompts = new ArrayList<>();
        for (final int count : deliveries) {
            prompts.add(new ConsumerRecord<>(
                    "prompts",
                    0,
                    prompts.size(),
                    0L,
                    TimestampType.CREATE_TIME,
                    0,
                    0,
                    "key",
                    new byte[0],
                    new RecordHeaders(),
                    Optional.empty(),
                    Optional.of((short) count)));
        }
        return prompts;
    }

    private static List<List<Long>> batches(final int... deliveries) {
        return PromptBatches.of(prompts(deliveries)).stream()
                .map(batch -> batch.stream().map(ConsumerRecord::offset).toList())
                .toList();
    }

    @Test
    void shouldKeepPromptsTogetherUntilTwoActorsDied() {
        assertThat(batches(1, 2, 1, 2)).containsExactly(List.of(0L, 1L, 2L, 3L));
        assertThat(batches()).isEmpty();
    }

    @Test
    void shouldTrySuspectedPromptsAloneAndAfterTheOthers() {
        assertThat(batches(3, 1, 3, 2)).containsExactly(List.of(1L, 3L), List.of(0L), List.of(2L));
    }

    @Test
    void shouldTryFromTheOtherEndAtTheNextDelivery() {
        assertThat(batches(3, 3, 3)).containsExactly(List.of(0L), List.of(1L), List.of(2L));
        assertThat(batches(4, 4, 4)).containsExactly(List.of(2L), List.of(1L), List.of(0L));
    }

    @Test
    void shouldTryThePromptLastThatSawMostActorsDie() {
        assertThat(batches(5, 3, 7, 3)).containsExactly(List.of(1L), List.of(3L), List.of(0L), List.of(2L));
    }
}
