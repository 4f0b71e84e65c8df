package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;

/**
 * Computes scores from states, and the gradient of the states from a loss of the scores. The gradient is written by hand, because
 * autograd would keep five arrays {@code [tokens, vocabulary]}; this class keeps one, or a piece of one.
 */
final class ScoringHead {
    private final JudgeModule module;
    private final NDList weights;
    private final @Nullable NDArray trained;

    /**
     * @param weights the dictionary {@code w} with the matrix of the head
     * @param trained the matrix of the head, or null if it needs no gradient
     */
    ScoringHead(final JudgeModule module, final NDList weights, final @Nullable NDArray trained) {
        this.module = module;
        this.weights = weights;
        this.trained = trained;
    }

    /**
     * Scores the states, computes {@code loss} of the scores, and adds the gradient of the head's matrix to that matrix.
     *
     * @param states {@code [tokens, hidden]}, without an autograd graph
     * @param chosen {@code [tokens]}, int64
     * @param rows the number of tokens that are scored at once. If it is less than all, each piece is scored again for its gradient
     * @return the gradient of the states, {@code [tokens, hidden]}
     */
    NDArray backward(
            final NDArray states,
            final NDArray chosen,
            final long rows,
            final NDManager scope,
            final GradientCollector collector,
            final Function<TokenScores, NDArray> loss) {
        final long tokens = chosen.size();
        final List<NDArray> logProbs = new ArrayList<>();
        final List<NDArray> entropies = new ArrayList<>();
        NDArray probabilities = null;
        for (long from = 0; from < tokens; from += rows) {
            final NDList piece = forward(states, chosen, from, Math.min(tokens, from + rows), scope);
            logProbs.add(piece.get(0));
            entropies.add(piece.get(1));
            probabilities = piece.get(2);
            if (rows < tokens) {
                probabilities.close();
            }
        }
        final NDArray leaf = NDArrays.concat(new NDList(logProbs)); // [tokens]
        leaf.setRequiresGradient(true);
        collector.backward(loss.apply(new TokenScores(leaf, NDArrays.concat(new NDList(entropies)))));
        final NDArray upstream = leaf.getGradient(); // [tokens]
        final NDArray own = trained == null ? null : scope.zeros(trained.getShape(), DataType.FLOAT32);
        final List<NDArray> gradients = new ArrayList<>();
        for (long from = 0; from < tokens; from += rows) {
            final long to = Math.min(tokens, from + rows);
            try (NDManager inner = scope.newSubManager()) {
                final NDArray p = rows < tokens || probabilities == null
                        ? forward(states, chosen, from, to, inner).get(2)
                        : probabilities;
                final String piece = from + ":" + to;
                final NDList arguments = new NDList(weights);
                arguments.addAll(new NDList(p, chosen.get(piece), upstream.get(piece)));
                gradients.add(run("head_backward", arguments, scope).head()); // [rows, hidden]
                if (own != null) {
                    run("head_gradient", new NDList(own, p, states.get(piece)), inner);
                }
            }
        }
        if (own != null && trained != null) {
            trained.setName(null);
            final NDList sum = module.run("product", new NDList(trained, own), Gradients.RECORDED);
            sum.attach(scope);
            // adds `own` to the gradient that other uses of the matrix leave
            collector.backward(sum.head());
        }
        return NDArrays.concat(new NDList(gradients));
    }

    private NDList forward(
            final NDArray states, final NDArray chosen, final long from, final long to, final NDManager into) {
        final NDList arguments = new NDList(weights);
        final String piece = from + ":" + to;
        arguments.addAll(new NDList(states.get(piece), chosen.get(piece)));
        return run("head", arguments, into);
    }

    private NDList run(final String method, final NDList arguments, final NDManager into) {
        final NDList result = module.run(method, arguments, Gradients.OFF);
        result.attach(into);
        return result;
    }
}
