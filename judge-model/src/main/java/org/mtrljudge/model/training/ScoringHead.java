package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;

/**
 * Computes scores from states, and the gradient of the states from a loss of the scores. The gradient is written by hand, because
 * autograd would keep five arrays {@code [tokens, vocabulary]}; this class keeps one, or a piece of one.
 */
final class ScoringHead {
    /** The probabilities that do not fit into this are computed again for the backward pass. */
    private static final long KEPT_BYTES = 4L << 30;

    /** The least number of tokens in a piece, and the number where memory is worth more than time. */
    private static final int PIECE_ROWS = 256;

    /** The probabilities of another piece. Each piece reads and writes the gradient of the whole matrix, so pieces are not small. */
    private static final long PIECE_BYTES = 1L << 29;

    private final JudgeModule module;
    private final NDList weights;
    private final @Nullable NDArray gradient;

    /**
     * @param weights the dictionary {@code w} with the matrix of the head
     * @param gradient the float32 gradient of this matrix, to which {@link #backward} adds, or null if it needs none
     */
    ScoringHead(final JudgeModule module, final NDList weights, final @Nullable NDArray gradient) {
        this.module = module;
        this.weights = weights;
        this.gradient = gradient;
    }

    /**
     * The bytes of the probabilities that are kept from the forward to the backward pass, of one piece that is computed again, and of
     * the logits of a piece before they are float32.
     *
     * @param sparing whether memory is worth more than time
     */
    static long bytesAtOnce(final long vocabulary, final long tokens, final boolean sparing, final WeightType type) {
        final long kept = Math.min(tokens, keptRows(vocabulary, sparing));
        final long again = kept < tokens ? Math.min(tokens, pieceRows(vocabulary, sparing)) : 0;
        final long logits = type == WeightType.F32 ? 0 : Math.max(again, kept < tokens ? 0 : kept) * type.bytes();
        return vocabulary * ((kept + again) * Float.BYTES + logits);
    }

    private static long keptRows(final long vocabulary, final boolean sparing) {
        return sparing ? 0 : KEPT_BYTES / Float.BYTES / vocabulary;
    }

    private static long pieceRows(final long vocabulary, final boolean sparing) {
        return sparing ? PIECE_ROWS : Math.max(PIECE_ROWS, PIECE_BYTES / Float.BYTES / vocabulary);
    }

    /**
     * Scores the states, computes {@code loss} of the scores, and adds the gradient of the head's matrix.
     *
     * @param states {@code [tokens, hidden]}, without an autograd graph
     * @param chosen {@code [tokens]}, int64
     * @param sparing whether memory is worth more than time: no probabilities are kept for the backward pass
     * @return the gradient of the states, {@code [tokens, hidden]}
     */
    NDArray backward(
            final NDArray states,
            final NDArray chosen,
            final boolean sparing,
            final NDManager scope,
            final GradientCollector collector,
            final Function<TokenScores, NDArray> loss) {
        final long tokens = chosen.size();
        final long vocabulary = weights.head().getShape().get(0);
        final long kept = keptRows(vocabulary, sparing);
        final long rows = tokens <= kept ? tokens : pieceRows(vocabulary, sparing);
        final List<NDArray> logProbs = new ArrayList<>();
        final List<NDArray> entropies = new ArrayList<>();
        final Map<Long, NDArray> probabilities = new HashMap<>();
        for (long from = 0; from < tokens; from += rows) {
            final long to = Math.min(tokens, from + rows);
            final NDList piece = forward(states, chosen, from, to, scope);
            logProbs.add(piece.get(0));
            entropies.add(piece.get(1));
            if (to <= kept) {
                probabilities.put(from, piece.get(2));
            } else {
                piece.get(2).close();
            }
        }
        final NDArray leaf = NDArrays.concat(new NDList(logProbs)); // [tokens]
        leaf.setRequiresGradient(true);
        collector.backward(loss.apply(new TokenScores(leaf, NDArrays.concat(new NDList(entropies)))));
        final NDArray upstream = leaf.getGradient(); // [tokens]
        final List<NDArray> gradients = new ArrayList<>();
        for (long from = 0; from < tokens; from += rows) {
            final long to = Math.min(tokens, from + rows);
            try (NDManager inner = scope.newSubManager()) {
                final NDArray before = probabilities.get(from);
                final NDArray p = before == null
                        ? forward(states, chosen, from, to, inner).get(2)
                        : before;
                final String piece = from + ":" + to;
                final NDList arguments = new NDList(weights);
                arguments.addAll(new NDList(p, chosen.get(piece), upstream.get(piece)));
                gradients.add(run("head_backward", arguments, scope).head()); // [rows, hidden]
                if (gradient != null) {
                    run("head_gradient", new NDList(gradient, p, states.get(piece)), inner);
                }
                p.close();
            }
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
