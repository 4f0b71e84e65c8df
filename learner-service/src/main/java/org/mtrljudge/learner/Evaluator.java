package org.mtrljudge.learner;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.KafkaClients;
import org.mtrljudge.tasks.ExampleSource;

/** Lets a model judge a split of a data set, through the same actors, log and rewards as training; the model stays as it is. */
public final class Evaluator implements AutoCloseable {
    private final EvaluationPlan plan;
    private final PolicyWriter writer;
    private final PolicyPublisher policies;
    private final Exchange exchange;
    private final EvaluationRound round;

    /**
     * @param transport how the weights travel to the actors
     * @param outstanding prompts that may be unanswered at a time
     * @param health throws when a service of this process has failed for good
     */
    public Evaluator(
            final KafkaClients clients,
            final WeightTransport transport,
            final JudgeModel model,
            final ExampleSource source,
            final EvaluationPlan plan,
            final String settingsDigest,
            final int outstanding,
            final long stallWarningMs,
            final TrainingListener listener,
            final Runnable health,
            final Clock clock) {
        this.plan = plan;
        this.writer = new PolicyWriter(clients, transport);
        final PastRun past = PastRun.read(clients, LearnerState.fresh(settingsDigest));
        this.policies =
                new PolicyPublisher(clients.topics(), writer, model, settingsDigest, null, past, listener, clock);
        this.exchange = new Exchange(clients, past, outstanding, health, listener, clock, stallWarningMs);
        this.round = new EvaluationRound(exchange, source);
    }

    /** How many prompts are asked. */
    public int size() {
        return round.size(plan);
    }

    /** Gives the actors the model. */
    public void begin() {
        policies.publish(JournalKind.EVAL, 0, List.of(), List.of(), Map.of());
    }

    /**
     * Asks everything; call {@link #begin} before.
     *
     * @param progress is told how many prompts are answered
     * @return in the order in which the answers came
     */
    public List<Judgement> run(final IntConsumer progress) {
        return round.run(plan, PromptIds::evaluation, policies.version(), progress);
    }

    @Override
    public void close() {
        exchange.close();
        writer.close();
    }
}
