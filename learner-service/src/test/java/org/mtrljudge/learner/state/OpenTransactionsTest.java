package org.mtrljudge.learner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;

class OpenTransactionsTest {
    private final Topic<DeadLetter> topic = new Topics("run", new LocalSchemaRegistry()).deadLetters();
    private final TopicPartition partition = new TopicPartition(topic.name(), 0);
    private final MockConsumer<String, byte[]> committed = new MockConsumer<>("earliest");
    private final MockConsumer<String, byte[]> uncommitted = new MockConsumer<>("earliest");
    private final AtomicInteger waits = new AtomicInteger();

    private void awaitEnd(final Duration limit) {
        uncommitted.updateEndOffsets(Map.of(partition, 5L));
        OpenTransactions.awaitEnd(topic, committed, uncommitted, limit, () -> {
            // other transactions begin meanwhile
            uncommitted.updateEndOffsets(Map.of(partition, 9L));
            committed.updateEndOffsets(Map.of(partition, 2L + waits.incrementAndGet()));
        });
    }

    @Test
    void shouldWaitUntilTheRecordsOfTheStartAreReadable() {
        committed.updateEndOffsets(Map.of(partition, 2L));
        awaitEnd(Duration.ofMinutes(1));
        assertThat(waits).hasValue(3);
    }

    @Test
    void shouldNotWaitWithoutOpenTransactions() {
        committed.updateEndOffsets(Map.of(partition, 5L));
        awaitEnd(Duration.ofMinutes(1));
        assertThat(waits).hasValue(0);
    }

    @Test
    void shouldSayWhatToDoWhenATransactionStaysOpen() {
        committed.updateEndOffsets(Map.of(partition, 2L));
        assertThatThrownBy(() -> awaitEnd(Duration.ZERO))
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("a transaction in run.dead-letters has been open for 0 s")
                .hasMessageContaining("resume the run");
    }
}
