package org.mtrljudge.learner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** Lets a model judge a split of a data set, through the same actors, log and rewards as training; the model stays as it is. */
public final class Evaluator implements AutoCloseable {
    /**
     * What is asked.
     *
     * @param tasks of the split
     * @param samples completions a prompt; 1 is greedy
     * @param temperature of more than one
     */
    public record Plan(Split split, List<String> tasks, int samples, double temperature, int maxResponseLength) {}

    private final ExampleSource source;
    private final Plan plan;
    private final PolicyWriter writer;
    private final PolicyPublisher policies;
    private final Exchange exchange;
    private long drawn; // a seed for each prompt, in the order of the data

    /**
     * @param outstanding prompts that may be unanswered at a time
     * @param stallWarningMs without an answer, after which a warning says which service is at a standstill
     */
    public Evaluator(
            final RunContext run,
            final JudgeModel model,
            final ExampleSource source,
            final Plan plan,
            final int outstanding,
            final long stallWarningMs) {
        this.source = source;
        this.plan = plan;
        this.writer = new PolicyWriter(run.clients(), run.transport());
        final PastRun past = PastRun.read(run.clients(), LearnerState.fresh(run.settingsDigest()));
        this.policies = new PolicyPublisher(run, writer, model, null, past);
        this.exchange = new Exchange(run, past, outstanding, stallWarningMs);
    }

    /** How many prompts are asked. */
    public int size() {
        return plan.tasks.stream()
                .mapToInt(task -> source.size(task, plan.split))
                .sum();
    }

    /** Gives the actors the model. */
    public void begin() {
        policies.publish("eval", 0, List.of(), List.of(), Map.of());
    }

    /**
     * Asks everything; call {@link #begin} before.
     *
     * @param progress is told how many prompts are answered
     */
    public List<Judgement> run(final IntConsumer progress) {
        final int total = size();
        final Map<String, JudgeExample> asked = new HashMap<>();
        final List<Judgement> judgements = new ArrayList<>();
        final Iterator<JudgeExample> examples = plan.tasks.stream()
                .flatMap(task -> IntStream.range(0, source.size(task, plan.split))
                        .mapToObj(i -> source.example(task, plan.split, i)))
                .iterator();
        int done = 0;
        while (done < total) {
            while (exchange.credit() > 0 && examples.hasNext()) {
                ask(examples.next(), asked);
            }
            exchange.flush();
            for (final ScoredReader.Answer answer : exchange.answers()) {
                exchange.release(answer.promptId());
                final JudgeExample example = Objects.requireNonNull(asked.remove(answer.promptId()));
                judgements.add(
                        answer instanceof ScoredReader.Answer.Scored scored
                                ? judgement(example, scored.group())
                                : Judgement.dead(example));
                done++;
            }
            progress.accept(done);
        }
        return judgements;
    }

    private void ask(final JudgeExample example, final Map<String, JudgeExample> asked) {
        final String id = "eval-" + example.id();
        final Sampling sampling = plan.samples == 1
                ? new Sampling(0.0, 1.0, plan.maxResponseLength, 0L)
                : new Sampling(plan.temperature, 1.0, plan.maxResponseLength, ++drawn);
        asked.put(id, example);
        exchange.ask(PromptWriter.request(id, example, plan.samples, sampling, Purpose.EVAL, policies.version(), null));
    }

    private static Judgement judgement(final JudgeExample example, final ScoredGroup group) {
        final RolloutGroup rollout = group.getRollout();
        final List<@Nullable String> verdicts = new ArrayList<>();
        int wellFormed = 0;
        long tokens = 0;
        for (int i = 0; i < group.getScores().size(); i++) {
            final CompletionScore score = group.getScores().get(i);
            verdicts.add(score.getVerdict());
            wellFormed += score.getComponents().getOrDefault("format", 0.0) == 1 ? 1 : 0;
            tokens += rollout.getCompletions().get(i).getTokens().remaining() / Integer.BYTES;
        }
        return Judgement.of(example, verdicts, wellFormed, tokens, rollout.getGenerateMs());
    }

    @Override
    public void close() {
        exchange.close();
        writer.close();
    }
}
