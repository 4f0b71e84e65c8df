package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

class RolloutWriterTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final RolloutWriter writer = new RolloutWriter(topics, producer, new ActorMetrics(meters));

    private static RolloutGroup group(final int textBytes) {
        final PromptRequest prompt = new PromptRequest(
                "p7",
                "alignment",
                "a ball?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                1,
                new Sampling(1.0, 1.0, 8, 1L),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
        final ByteBuffer one = ByteBuffer.wrap(new byte[4]);
        final Completion completion = new Completion("x".repeat(textBytes), one, one, FinishReason.STOP, null);
        return new RolloutGroup(prompt, 0, "digest", "a", List.of(completion), 0L, 1.0, 9);
    }

    private static ConsumerRecord<String, byte[]> record(final byte[] value) {
        return new ConsumerRecord<>("run.prompts", 0, 11, "p7", value);
    }

    @Test
    void shouldMakeADeadLetterOfAGroupThatIsTooLargeForARecord() {
        writer.write(record(new byte[] {1}), group(Topics.MAX_ROLLOUTS_BYTES));
        writer.write(record(new byte[] {1}), group(1000));
        writer.flush();

        assertThat(producer.history())
                .extracting(sent -> sent.topic())
                .containsExactly("run.dead-letters", "run.rollouts");
        final DeadLetter letter = topics.deadLetters()
                .valueSerde()
                .decode(producer.history().get(0).value());
        assertThat(letter.getPromptId()).isEqualTo("p7");
        assertThat(letter.getOffset()).isEqualTo(11);
        assertThat(letter.getReason()).contains("its 1 completions take 15728", "a record of rollouts holds 15728640");
        assertThat(meters.counter("judge.actor.dead.letters").count()).isEqualTo(1);
    }

    @Test
    void shouldMakeADeadLetterOfARecordWithoutAValue() {
        writer.refuse(record(null), null, "it has no value");
        final DeadLetter letter = topics.deadLetters()
                .valueSerde()
                .decode(producer.history().get(0).value());
        assertThat(letter.getPayload().remaining()).isZero();
        assertThat(letter.getReason()).isEqualTo("it has no value");
    }
}
