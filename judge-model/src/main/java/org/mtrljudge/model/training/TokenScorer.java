package org.mtrljudge.model.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.function.Function;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;
import org.mtrljudge.model.engine.SharedInputs;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedBatch;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.weights.JudgeWeights;
import org.mtrljudge.model.weights.Weights;

/** Scores the completion tokens of packed groups, and computes the gradients of the weights from a loss of these scores. */
public final class TokenScorer {
    private final JudgeModule module;
    private final JudgeConfig config;
    private final NDList shared;
    private final JudgeWeights weights;
    private final boolean checkpointing;

    /**
     * @param shared the dictionary {@code r} of {@link SharedInputs}
     * @param checkpointing whether {@link #backward} computes layers again, so that their activations are not kept
     */
    public TokenScorer(
            final JudgeModule module,
            final JudgeConfig config,
            final NDList shared,
            final JudgeWeights weights,
            final boolean checkpointing) {
        this.module = module;
        this.config = config;
        this.shared = shared;
        this.weights = weights;
        this.checkpointing = checkpointing;
    }

    /**
     * Scores all completion tokens of the groups, in the order of the groups.
     *
     * @param by the version of the policy that scores them
     * @param scope owns the result and all arrays of the computation
     */
    public TokenScores score(
            final Weights by, final List<PackedGroup> groups, final double temperature, final NDManager scope) {
        final PackedBatch batch = new PackedBatch(groups);
        final NDList arguments = sequences(by, batch, scope);
        arguments.addAll(new NDList(batch.at(scope), scope.create((float) temperature), batch.chosen(scope)));
        final NDList result = module.run("log_probs", arguments, Gradients.OFF);
        result.attach(scope);
        return new TokenScores(result.get(0), result.get(1));
    }

    /** Computes the logits at every position of a prompt, {@code [positions, vocabulary]}, float32. */
    public NDArray logits(final EncodedPrompt prompt, final NDManager scope) {
        final PackedBatch batch = new PackedBatch(List.of(new PackedGroup(prompt, List.of())));
        final NDList result = module.run("all_logits", sequences(weights.policy(), batch, scope), Gradients.NEVER);
        result.attach(scope);
        return result.head();
    }

    /** The arguments from {@code w} to {@code positions}, which {@code log_probs}, {@code all_logits} and {@code states} have in common. */
    private NDList sequences(final Weights by, final PackedBatch batch, final NDManager scope) {
        final NDList arguments = new NDList();
        weights.addTo(arguments, by);
        arguments.addAll(batch.vision(config, scope));
        arguments.addAll(shared);
        arguments.addAll(batch.segments(scope));
        arguments.addAll(new NDList(batch.ids(scope), batch.positions(scope)));
        return arguments;
    }

    /**
     * Runs the forward pass over the groups, computes {@code loss} of their scores, and runs the backward pass. The gradients are added
     * to the gradients that the policy's weights already have. The {@link AdamW} of these weights must have been created before.
     *
     * @param scope owns all arrays of both passes
     * @param loss computes a scalar from the scores; the scope owns its arrays
     */
    public void backward(
            final List<PackedGroup> groups,
            final double temperature,
            final NDManager scope,
            final Function<TokenScores, NDArray> loss) {
        final PackedBatch batch = new PackedBatch(groups);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            if (checkpointing) {
                new GradientCheckpointing(module, config, shared, weights, head(scope))
                        .backward(batch, temperature, scope, collector, loss);
            } else {
                backward(batch, temperature, scope, collector, loss);
            }
        }
        weights.policy().sumGradients();
    }

    private void backward(
            final PackedBatch batch,
            final double temperature,
            final NDManager scope,
            final GradientCollector collector,
            final Function<TokenScores, NDArray> loss) {
        final NDList arguments = sequences(weights.policy(), batch, scope);
        arguments.addAll(new NDList(batch.at(scope), scope.create((float) temperature)));
        final NDList states = module.run("states", arguments, Gradients.RECORDED); // [tokens, hidden]
        states.attach(scope);
        final NDArray leaf = states.head().stopGradient();
        final NDArray upstream = head(scope).backward(leaf, batch.chosen(scope), false, scope, collector, loss);
        final NDList sum = module.run("product", new NDList(states.head(), upstream), Gradients.RECORDED);
        sum.attach(scope);
        collector.backward(sum.head());
    }

    private ScoringHead head(final NDManager scope) {
        final String name = config.tieWordEmbeddings() ? "model.language_model.embed_tokens.weight" : "lm_head.weight";
        final NDList matrix = new NDList();
        weights.addPartsTo(matrix, List.of(name));
        final Weights policy = weights.policy();
        return new ScoringHead(
                module, matrix, policy.tensors().containsKey(name) ? policy.gradient(name, scope) : null);
    }
}
