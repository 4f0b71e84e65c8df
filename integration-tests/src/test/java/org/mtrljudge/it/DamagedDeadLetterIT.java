package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.DamagedTopicException;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.Topics;

/** Guarantee 7 on a resume: a damaged dead letter does not end the run, but a damaged prompt does. */
@Timeout(60)
class DamagedDeadLetterIT {
    @TempDir
    private Path folder;

    private final Topics topics = new Topics("damaged", new LocalSchemaRegistry());
    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private PastRun read() {
        return PastRun.read(broker.clients(topics), LearnerState.fresh("settings"), () -> {});
    }

    @Test
    void shouldResumeOverDamagedDeadLettersAndCountThemByTheirKeys() {
        final byte[] damaged = {1, 2, 3};
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            final String dead = topics.deadLetters().name();
            producer.send(topics.deadLetters()
                    .message(
                            "train-0-a",
                            DeadLetters.of(
                                    "train-0-a",
                                    topics.prompts().name(),
                                    0,
                                    -1,
                                    PastRun.SERVICE,
                                    "no picture",
                                    ByteBuffer.allocate(0))));
            producer.send(new ProducerRecord<>(dead, "train-1-b", damaged));
            producer.send(new ProducerRecord<>(dead, "train-2-c", null));
            producer.send(new ProducerRecord<>(dead, null, damaged));
            producer.flush();
            assertThat(read().trainingIds()).containsExactly("train-0-a", "train-1-b", "train-2-c");

            producer.send(new ProducerRecord<>(topics.prompts().name(), "train-3-d", damaged));
            producer.flush();
            assertThatThrownBy(this::read)
                    .isInstanceOf(DamagedTopicException.class)
                    .hasMessageContaining("damaged.prompts at offset 0");
        }
    }
}
