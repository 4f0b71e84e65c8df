package org.mtrljudge.learner.algorithm;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.weights.Weights;

/**
 * Checks at every step that actor and learner compute the same log-probabilities. It scores a few groups again with the weights of
 * the version that sampled them, and compares the result with the log-probabilities in the log.
 */
public final class Agreement implements AutoCloseable {
    private static final int GROUPS = 2;
    /** The same math in bfloat16 is rarely farther away than half of this, and in float32 than a thousandth. */
    private static final double FAR = 0.05;

    private final JudgeModel model;
    private final int kept;
    private final double temperature;
    private final Consumer<String> warnings;
    private final TreeMap<Integer, Weights> versions = new TreeMap<>();
    private final int maxTokensPerForward;
    private boolean warned;

    /**
     * @param kept the number of newest versions whose weights are kept
     * @param maxTokensPerForward longer groups are scored in parts
     * @param warnings is told once when actor and learner do not compute the same
     */
    public Agreement(
            final JudgeModel model,
            final int kept,
            final double temperature,
            final int maxTokensPerForward,
            final Consumer<String> warnings) {
        this.maxTokensPerForward = maxTokensPerForward;
        this.warnings = warnings;
        this.model = model;
        this.kept = kept;
        this.temperature = temperature;
    }

    /**
     * Keeps a copy of the current weights under this version number.
     *
     * @return the copy. It exists until as many later versions are remembered as are kept, and {@link #measure} uses it only for groups of
     *     its version
     */
    public Weights remember(final int version) {
        final Weights copy = model.policy().copy();
        versions.put(version, copy);
        while (versions.size() > kept) {
            versions.pollFirstEntry().getValue().close();
        }
        return copy;
    }

    /** Adds {@code training/rollout_probs_diff_*} and {@code training/rollout_logprobs_diff_*}. */
    public void measure(final List<LearnedGroup> batch, final Map<String, Double> metrics) {
        double logs = 0;
        double probs = 0;
        double largest = 0;
        long tokens = 0;
        for (final LearnedGroup group : batch.subList(0, Math.min(GROUPS, batch.size()))) {
            final Weights weights = versions.get(group.policyVersion());
            if (weights == null) {
                continue;
            }
            for (final LearnedGroup part : group.parts(maxTokensPerForward)) {
                try (NDManager scope = model.newScope()) {
                    final float[] again = model.score(weights, List.of(part.packed()), temperature, scope)
                            .logProbs()
                            .toFloatArray();
                    for (int i = 0; i < again.length; i++) {
                        final double apart = Math.abs(again[i] - part.behaviour()[i]);
                        logs += apart;
                        largest = Math.max(largest, apart);
                        probs += Math.abs(Math.exp(again[i]) - Math.exp(part.behaviour()[i]));
                    }
                    tokens += again.length;
                }
            }
        }
        if (tokens > 0) {
            metrics.put("training/rollout_logprobs_diff_mean", logs / tokens);
            metrics.put("training/rollout_logprobs_diff_max", largest);
            metrics.put("training/rollout_probs_diff_mean", probs / tokens);
            warn(logs / tokens);
        }
    }

    private void warn(final double apart) {
        if (apart > FAR && !warned) {
            warned = true;
            warnings.accept(String.format(
                    Locale.ROOT,
                    "the log-probabilities of the actors are %.3f per token away from the learner's, so every ratio is"
                            + " wrong. A completions server that does not take its sampling from the requests"
                            + " (vLLM: --generation-config vllm), whose --dtype is not that of the policy, or that reports"
                            + " them before the temperature (vLLM: --logprobs-mode processed_logprobs) is a likely cause",
                    apart));
        }
    }

    @Override
    public void close() {
        versions.values().forEach(Weights::close);
    }
}
