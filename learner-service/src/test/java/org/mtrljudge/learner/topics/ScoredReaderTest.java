package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

class ScoredReaderTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    @Test
    void shouldTakeARecordWithoutAValueAsADeadAnswerToThePromptOfItsKey() {
        final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        for (final String topic : List.of(
                topics.scored().name(),
                topics.deadLetters().name(),
                topics.rollouts().name())) {
            final Map<TopicPartition, Long> start = Map.of(new TopicPartition(topic, 0), 0L);
            consumer.updateBeginningOffsets(start);
            consumer.updateEndOffsets(start);
        }
        try (ScoredReader reader = new ScoredReader(topics, consumer, Map.of())) {
            consumer.addRecord(new ConsumerRecord<>(topics.scored().name(), 0, 0, "p1", null));
            consumer.addRecord(new ConsumerRecord<>(topics.deadLetters().name(), 0, 0, "p2", null));
            final var answers = reader.poll(Duration.ofMillis(1));
            assertThat(answers).extracting(ScoredReader.Answer::promptId).containsExactlyInAnyOrder("p1", "p2");
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(
                                    ((ScoredReader.Answer.Dead) answer).letter().getReason())
                            .startsWith("the record has no value"));
        }
    }
}
