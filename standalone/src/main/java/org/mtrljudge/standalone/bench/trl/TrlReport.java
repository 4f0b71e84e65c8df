package org.mtrljudge.standalone.bench.trl;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The result of the benchmark against TRL, as a text.
 *
 * @param versions the versions of TRL and of the packages that it needs
 * @param ours the measured steps of our loop
 * @param theirs the measured steps of TRL
 */
public record TrlReport(TrlPlan plan, String versions, List<TrlStep> ours, List<TrlStep> theirs) {
    private static final String DIFFERENCES = """
            What is the same: checkpoint, prompts, group size, updates per step, completions per update, sampling, rewards,
              learning rate, clip range, loss per token, AdamW, float32, the machine. No group is left out of an update.
            What differs:
              - Ours is asynchronous: actors generate for the next step, with a policy up to %d version older, while the learner
                learns. TRL generates, then learns.
              - Ours computes a group's prompt and pictures once for its completions, in generation and in learning (packed
                groups). TRL computes them again for each completion.
              - Ours clips around the log-probabilities that the actors sampled with. TRL computes them with one more
                forward pass where a generation feeds more than one update.
              - Ours goes through Kafka: prompts, rollouts, rewards, weights and a journal of every step are written to a log,
                from which a run can be resumed, audited and scored again. TRL keeps them in its process; neither saves
                checkpoints here.
              - Ours learns from groups in the order in which they are answered, so a few prompts can belong to the next step.
              - TRL generates with transformers here. On a GPU its users take vLLM; this comparison says nothing about that.
            """;

    /** @return the middle value; for an even number of steps, the mean of the two middle values */
    static double median(final List<TrlStep> steps, final ToDoubleFunction<TrlStep> value) {
        final double[] sorted = steps.stream().mapToDouble(value).sorted().toArray();
        final int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The time of TRL per step, divided by our time per step. */
    double ratio() {
        return median(theirs, TrlStep::seconds) / median(ours, TrlStep::seconds);
    }

    /** The time of TRL per completion token, divided by our time per completion token. */
    double ratioPerToken() {
        return median(theirs, step -> step.seconds() / step.tokens())
                / median(ours, step -> step.seconds() / step.tokens());
    }

    public String text() {
        final StringBuilder text = new StringBuilder();
        add(
                text,
                "%d prompts x %d completions per step, at most %d tokens per completion, %s, all weights trained in float32%n",
                plan.prompts(),
                plan.completions(),
                plan.maxTokens(),
                plan.updates() == 1 ? "1 update" : plan.updates() + " updates");
        add(
                text,
                "%s, %d completions per forward pass; medians of %d steps after %d unmeasured ones, %d cores%n%n",
                versions,
                plan.rows(),
                plan.steps(),
                plan.unmeasured(),
                Runtime.getRuntime().availableProcessors());
        add(
                text,
                "  %-20s %16s %18s %16s %18s %14s %12s%n",
                "",
                "seconds per step",
                "lowest to highest",
                "tokens per step",
                "tokens/completion",
                "tokens/prompt",
                "mean reward");
        side(text, "ours, through Kafka", ours);
        side(text, "TRL", theirs);
        add(
                text,
                "%nTRL takes %.1f times as long per step, %.1f times per completion token%n%n",
                ratio(),
                ratioPerToken());
        add(text, DIFFERENCES, TrlPlan.STALENESS);
        return text.toString();
    }

    private static void side(final StringBuilder text, final String name, final List<TrlStep> steps) {
        final String spread = String.format(
                Locale.ROOT,
                "%.2f to %.2f",
                steps.stream().mapToDouble(TrlStep::seconds).min().orElse(Double.NaN),
                steps.stream().mapToDouble(TrlStep::seconds).max().orElse(Double.NaN));
        add(
                text,
                "  %-20s %16.2f %18s %16.0f %18.1f %14.1f %12.3f%n",
                name,
                median(steps, TrlStep::seconds),
                spread,
                median(steps, TrlStep::tokens),
                median(steps, TrlStep::meanLength),
                median(steps, TrlStep::promptLength),
                median(steps, TrlStep::reward));
    }

    private static void add(final StringBuilder text, final String format, final Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }
}
