package org.mtrljudge.learner;

import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.topics.LearnerProducer;
import org.mtrljudge.learner.topics.PolicyWriter;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.KafkaClients;

/** Publishes the weights of a model to the actors without training. Benchmarks of weight transport use it. */
public final class WeightsPublisher implements AutoCloseable {
    /** The size of a chunk of weights in the log. */
    public static final int CHUNK_BYTES = PolicyWriter.CHUNK_BYTES;

    private final LearnerProducer producer;
    private final PolicyWriter writer;

    /** @param transport how the weights travel to the actors */
    public WeightsPublisher(final KafkaClients clients, final WeightTransport transport) {
        this.producer = new LearnerProducer(clients, transport.transactionTimeout());
        this.writer = new PolicyWriter(clients, producer, transport);
    }

    /** Publishes all weights as this version, with an empty journal entry, in one transaction. */
    public void publish(final int version, final JudgeModel model) {
        writer.publish(
                version,
                version,
                PolicyKind.FULL,
                model.policy(),
                digest -> new TrainingStep(
                        version,
                        JournalKind.RL.key(),
                        version,
                        digest,
                        "",
                        List.of(),
                        List.of(),
                        Map.of(),
                        0L,
                        null,
                        null,
                        null));
    }

    @Override
    public void close() {
        producer.close();
    }
}
