package org.mtrljudge.learner.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.PromptWriter;
import org.mtrljudge.learner.topics.ScoredReader;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;

/** Sends every example of a plan once to the actors and rewards of training, and waits for all answers. */
public final class EvaluationRound {
    private final Exchange exchange;
    private final ExampleSource source;

    /** The position of an example in its task. The example itself, with its pictures, is read only when its prompt is sent. */
    private record Place(String task, int index) {}

    public EvaluationRound(final Exchange exchange, final ExampleSource source) {
        this.exchange = exchange;
        this.source = source;
    }

    /** The number of prompts in a round of this plan. */
    public int size(final EvaluationPlan plan) {
        return plan.size(source);
    }

    /**
     * Sends all prompts of the plan. Answers to other prompts, which were sent before a restart, are handed back to the exchange.
     *
     * @param promptId makes the id of a prompt from the id of its example
     * @param version the policy version that is evaluated
     * @param progress receives the number of answered prompts
     * @return the judgements in the order in which the answers arrived
     */
    public List<Judgement> run(
            final EvaluationPlan plan,
            final UnaryOperator<String> promptId,
            final int version,
            final IntConsumer progress) {
        final int total = size(plan);
        final Iterator<Place> places = places(plan).iterator();
        final Map<String, JudgeExample> unanswered = new HashMap<>();
        final List<ScoredReader.Answer> ofOthers = new ArrayList<>();
        final List<Judgement> judgements = new ArrayList<>();
        long asked = 0;
        while (judgements.size() < total) {
            while (exchange.credit() > 0 && places.hasNext()) {
                final Place place = places.next();
                final JudgeExample example = source.example(place.task(), plan.split(), place.index());
                final String id = promptId.apply(example.id());
                unanswered.put(id, example);
                ask(id, example, plan, ++asked, version);
            }
            exchange.flush();
            for (final ScoredReader.Answer answer : exchange.answers()) {
                final JudgeExample example = unanswered.remove(answer.promptId());
                if (example == null) {
                    ofOthers.add(answer);
                } else {
                    exchange.release(answer.promptId());
                    judgements.add(judgement(example, answer));
                }
            }
            progress.accept(judgements.size());
        }
        exchange.handBack(ofOthers);
        return judgements;
    }

    private void ask(
            final String id, final JudgeExample example, final EvaluationPlan plan, final long seed, final int version) {
        try {
            exchange.ask(PromptWriter.request(
                    id, example, plan.samples(), sampling(plan, seed), Purpose.EVAL, version, null));
        } catch (final DataException e) {
            exchange.refuse(id, String.valueOf(e.getMessage()));
        }
    }

    private List<Place> places(final EvaluationPlan plan) {
        return plan.tasks().stream()
                .flatMap(task ->
                        IntStream.range(0, source.size(task, plan.split())).mapToObj(i -> new Place(task, i)))
                .toList();
    }

    private static Sampling sampling(final EvaluationPlan plan, final long seed) {
        return plan.samples() == 1
                ? new Sampling(0.0, 1.0, plan.maxResponseLength(), 0L)
                : new Sampling(plan.temperature(), 1.0, plan.maxResponseLength(), seed);
    }

    private static Judgement judgement(final JudgeExample example, final ScoredReader.Answer answer) {
        return answer instanceof ScoredReader.Answer.Scored scored
                ? Judgement.of(example, scored.group())
                : Judgement.dead(example);
    }
}
