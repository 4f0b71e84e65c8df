package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.LearnerException;

/** Transactions while the broker is away. */
class LearnerProducerTest {
    /** Like Kafka's producer: the end of a transaction times out, and a transaction whose end timed out cannot be aborted. */
    private static final class AwayBroker extends MockProducer<String, byte[]> {
        private final int timeouts;
        private int commits;
        private Duration closeLimit = Duration.ofDays(1);

        AwayBroker(final int timeouts) {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
            this.timeouts = timeouts;
        }

        @Override
        public void commitTransaction() {
            commits++;
            if (commits <= timeouts) {
                throw new TimeoutException("Timeout expired after 60000ms while awaiting EndTxn(true)");
            }
            super.commitTransaction();
        }

        @Override
        public void abortTransaction() {
            throw new IllegalStateException("the previous call to `commitTransaction` timed out and must be retried");
        }

        @Override
        public void close(final Duration limit) {
            closeLimit = limit;
            super.close(limit);
        }

        @Override
        public void close() {
            throw new AssertionError("a close without a limit waits for ever for the end of the transaction");
        }
    }

    private static LearnerProducer learner(final AwayBroker broker) {
        final LearnerProducer learner = new LearnerProducer("run", broker, Duration.ofMinutes(1), System::nanoTime);
        learner.send(new ProducerRecord<>("run.prompts", "train-0-a", new byte[0]));
        return learner;
    }

    @Test
    void shouldCommitWhenTheBrokerComesBack() {
        final AwayBroker broker = new AwayBroker(3);
        learner(broker).commit();
        assertThat(broker.history()).hasSize(1);
    }

    @Test
    void shouldEndWithTheReasonWhenTheBrokerStaysAway() {
        final AwayBroker broker = new AwayBroker(100);
        assertThatThrownBy(learner(broker)::commit)
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("in 5 attempts (Timeout expired after 60000ms while awaiting EndTxn(true))")
                .hasMessageContaining("Resume the run");
        assertThat(broker.commits).isEqualTo(5);
    }

    @Test
    void shouldNotHideTheCauseWhenTheTransactionCannotBeAborted() {
        final KafkaException interrupted = new InterruptException("interrupted in commitTransaction");
        assertThat(learner(new AwayBroker(0)).aborted(interrupted))
                .isSameAs(interrupted)
                .hasSuppressedException(new IllegalStateException(
                        "the previous call to `commitTransaction` timed out and must be retried"));
        // the constructor of the exception sets the flag of the thread
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shouldCloseWithALimit() {
        final AwayBroker broker = new AwayBroker(100);
        learner(broker).close();
        assertThat(broker.closeLimit).isEqualTo(Duration.ofSeconds(30));
    }
}
