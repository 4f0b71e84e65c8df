package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/**
 * The errors of a policy writer when the broker does not accept a version.
 *
 */
class PolicyWriterTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());

    private void publish() {
        publish(Duration.ofMinutes(1));
    }

    private void publish(final Duration transactionTimeout) {
        try (JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 0);
                LearnerProducer learner = new LearnerProducer("run", producer, transactionTimeout, System::nanoTime)) {
            new PolicyWriter(topics, learner, WeightTransport.LOG)
                    .publish(
                            0,
                            0,
                            PolicyKind.FULL,
                            model.policy(),
                            digest -> new TrainingStep(
                                    0,
                                    "init",
                                    0,
                                    digest,
                                    "settings",
                                    List.of(),
                                    List.of(),
                                    Map.of(),
                                    0L,
                                    null,
                                    null,
                                    null));
        }
    }

    @Test
    void shouldAbortATransactionThatTheBrokerRefused() {
        producer.commitTransactionException = new KafkaException("no room");
        assertThatThrownBy(this::publish).isSameAs(producer.commitTransactionException);
        assertThat(producer.transactionAborted()).isTrue();
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void shouldNameTheCauseAlsoWhenTheTransactionCannotBeAborted() {
        producer.commitTransactionException = new TopicAuthorizationException("not allowed to write run.policies");
        producer.abortTransactionException = new KafkaException("cannot execute, the producer is in an error state");
        assertThatThrownBy(this::publish)
                .isSameAs(producer.commitTransactionException)
                .hasSuppressedException(producer.abortTransactionException);
    }

    @Test
    void shouldSayThatAnotherLearnerHasTakenOver() {
        producer.commitTransactionException = new ProducerFencedException("a newer epoch");
        producer.abortTransactionException = new KafkaException("fenced");
        assertThatThrownBy(this::publish)
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("another learner has taken over the run run")
                .hasCause(producer.commitTransactionException);
    }

    @Test
    void shouldNotBlameAnotherLearnerForATransactionThatTookTooLong() {
        producer.commitTransactionException = new InvalidProducerEpochException("the broker ended the transaction");
        assertThatThrownBy(() -> publish(Duration.ZERO))
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("a transaction of the learner took 0 s")
                .hasMessageContaining("lower weights.max_log_mb and set weights.store")
                .hasCause(producer.commitTransactionException);
    }
}
