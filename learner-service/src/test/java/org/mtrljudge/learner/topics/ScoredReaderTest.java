package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topic;
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
        try (ScoredReader reader = new ScoredReader(topics, consumer, LearnerState.fresh("settings"))) {
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

    @Test
    void shouldKeepAPositionPerPartitionThatIsNotAfterAnAnswerInHand() {
        final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        for (final Topic<?> topic : List.of(topics.scored(), topics.deadLetters(), topics.rollouts())) {
            consumer.updatePartitions(
                    topic.name(),
                    List.of(
                            new PartitionInfo(topic.name(), 0, null, null, null),
                            new PartitionInfo(topic.name(), 1, null, null, null)));
            for (int i = 0; i < 2; i++) {
                consumer.updateBeginningOffsets(Map.of(topic.partition(i), 0L));
                consumer.updateEndOffsets(Map.of(topic.partition(i), 0L));
            }
        }
        try (ScoredReader reader = new ScoredReader(topics, consumer, LearnerState.fresh("settings"))) {
            // without a value: dead answers, of which two lie in the topic of scored groups
            consumer.addRecord(new ConsumerRecord<>(topics.scored().name(), 0, 4, "p1", null));
            consumer.addRecord(new ConsumerRecord<>(topics.scored().name(), 1, 7, "p2", null));
            consumer.addRecord(new ConsumerRecord<>(topics.deadLetters().name(), 1, 2, "p3", null));
            final List<ScoredReader.Answer> answers = reader.poll(Duration.ofMillis(1));
            assertThat(answers).hasSize(3);
            assertThat(reader.position(List.of()))
                    .isEqualTo(Map.of(
                            topics.scored().name(), List.of(5L, 8L),
                            topics.deadLetters().name(), List.of(0L, 3L)));
            assertThat(reader.position(answers.stream()
                            .filter(answer -> !answer.promptId().equals("p1"))
                            .toList()))
                    .isEqualTo(Map.of(
                            topics.scored().name(), List.of(5L, 7L),
                            topics.deadLetters().name(), List.of(0L, 2L)));
        }
    }
}
