package org.mtrljudge.learner.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.PromptWriter;
import org.mtrljudge.learner.topics.ScoredReader;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;

/** Sends every example of a plan once to the actors and rewards of training, and waits for all answers. */
public final class EvaluationRound {
    private final Exchange exchange;
    private final ExampleSource source;
    private final Function<int[], String> decode;

    /** The position of an example in its task. The example itself, with its pictures, is read only when its prompt is sent. */
    private record Place(String task, int index) {}

    /** An example whose prompt is not answered yet, and its number in the round. */
    private record Asked(JudgeExample example, long number) {}

    /** @param decode makes text from the token ids of the model that is evaluated */
    public EvaluationRound(final Exchange exchange, final ExampleSource source, final Function<int[], String> decode) {
        this.exchange = exchange;
        this.source = source;
        this.decode = decode;
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
        final Map<String, Asked> unanswered = new HashMap<>();
        final List<ScoredReader.Answer> ofOthers = new ArrayList<>();
        final List<Judgement> judgements = new ArrayList<>();
        long asked = 0;
        while (judgements.size() < total) {
            while (exchange.creditAtPause() > 0 && places.hasNext()) {
                final Place place = places.next();
                final JudgeExample example = source.example(place.task(), plan.split(), place.index());
                final String id = promptId.apply(example.id());
                final Asked next = new Asked(example, ++asked);
                unanswered.put(id, next);
                try {
                    exchange.ask(request(id, next, plan, version));
                } catch (final DataException e) {
                    exchange.refuse(id, null, String.valueOf(e.getMessage()));
                }
            }
            askAgain(unanswered, plan, version);
            exchange.flush();
            for (final ScoredReader.Answer answer : exchange.answers()) {
                final Asked answered = unanswered.remove(answer.promptId());
                if (answered == null) {
                    ofOthers.add(answer);
                } else {
                    exchange.release(answer.promptId());
                    judgements.add(judgement(answered.example(), answer));
                }
            }
            progress.accept(judgements.size());
        }
        exchange.handBack(ofOthers);
        return judgements;
    }

    private void askAgain(final Map<String, Asked> unanswered, final EvaluationPlan plan, final int version) {
        for (final String id : exchange.overdue()) {
            final Asked asked = unanswered.get(id);
            try {
                if (asked != null) {
                    exchange.askAgain(request(id, asked, plan, version));
                }
            } catch (final DataException e) {
                exchange.reportUnaskable(id, String.valueOf(e.getMessage()));
            }
        }
    }

    private List<Place> places(final EvaluationPlan plan) {
        return plan.tasks().stream()
                .flatMap(task ->
                        IntStream.range(0, source.size(task, plan.split())).mapToObj(i -> new Place(task, i)))
                .toList();
    }

    private static PromptRequest request(
            final String id, final Asked asked, final EvaluationPlan plan, final int version) {
        return PromptWriter.request(
                id, asked.example(), plan.samples(), sampling(plan, asked.number()), Purpose.EVAL, version, null);
    }

    /** Every prompt has a seed of its own, and another one where the plan has another seed. */
    private static Sampling sampling(final EvaluationPlan plan, final long number) {
        return plan.samples() == 1
                ? new Sampling(0.0, 1.0, plan.maxResponseLength(), 0L)
                : new Sampling(
                        plan.temperature(),
                        1.0,
                        plan.maxResponseLength(),
                        new SplittableRandom(plan.seed()).nextLong() + number);
    }

    private Judgement judgement(final JudgeExample example, final ScoredReader.Answer answer) {
        return answer instanceof ScoredReader.Answer.Scored scored
                ? Judgement.of(example, scored.group(), decode)
                : Judgement.dead(example);
    }
}
