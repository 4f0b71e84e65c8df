package org.mtrljudge.learner;

import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.mtrljudge.learner.evaluation.EvaluationRound;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerProducer;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.learner.topics.PolicyWriter;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.tasks.ExampleSource;

/** Lets a model judge a split of a data set. It uses the actors, log and rewards of training. The weights do not change. */
public final class Evaluator implements AutoCloseable {
    private final EvaluationPlan plan;
    private final LearnerProducer producer;
    private final PolicyPublisher policies;
    private final Exchange exchange;
    private final EvaluationRound round;

    public Evaluator(
            final RunContext run,
            final JudgeModel model,
            final ExampleSource source,
            final EvaluationPlan plan,
            final ExchangeLimits limits) {
        this.plan = plan;
        this.producer = new LearnerProducer(run.clients(), run.transport().transactionTimeout());
        final PastRun past = PastRun.read(run.clients(), LearnerState.fresh(run.settingsDigest()), run.health());
        this.policies = new PolicyPublisher(
                run, new PolicyWriter(run.clients(), producer, run.transport()), model, null, null, past);
        this.exchange = new Exchange(run, producer, past, limits);
        this.round = new EvaluationRound(exchange, source, model::decode);
    }

    /** The number of prompts in the evaluation. */
    public int size() {
        return round.size(plan);
    }

    /** Publishes the weights of the model to the actors. */
    public void begin() {
        policies.publish(JournalKind.EVAL, 0, List.of(), List.of(), Map.of());
    }

    /**
     * Asks every prompt of the evaluation. {@link #begin} must be called before.
     *
     * @param progress receives the number of answered prompts
     * @return the judgements in the order in which the answers arrived
     */
    public List<Judgement> run(final IntConsumer progress) {
        return round.run(plan, PromptIds::evaluation, policies.version(), progress);
    }

    @Override
    public void close() {
        exchange.close();
        producer.close();
    }
}
