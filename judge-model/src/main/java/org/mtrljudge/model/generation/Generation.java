package org.mtrljudge.model.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PromptBatch;
import org.mtrljudge.model.weights.JudgeWeights;

/** Generates the completions of one batch of prompts in pieces of some tokens. The weights may change between two pieces. */
public final class Generation {
    /** The arrays that {@code prefill} returns before the cache, by their names in {@code advance}. */
    private static final List<String> STATE = List.of("tokens", "logps", "done", "at", "token", "seen");

    /** The arrays that {@code advance} replaces. It changes the others in place. */
    private static final List<String> RENEWED = List.of("done", "at", "token");

    private final JudgeModule module;
    private final JudgeWeights weights;
    private final NDList shared;
    private final Set<Integer> stopTokens;
    private final NDManager scope;
    private final Map<String, NDArray> state = new LinkedHashMap<>();
    private final List<GeneratedCompletion.Span> spans = new ArrayList<>();
    private NDList drawing = new NDList();

    /**
     * @param stopTokens the ids that end a completion
     * @param scope owns all arrays that are created here
     */
    public Generation(
            final JudgeModule module,
            final JudgeWeights weights,
            final NDList shared,
            final Set<Integer> stopTokens,
            final NDManager scope) {
        this.module = module;
        this.weights = weights;
        this.shared = shared;
        this.stopTokens = stopTokens;
        this.scope = scope;
    }

    /**
     * Generates all completions.
     *
     * @param pieceTokens the number of tokens per row in a piece; between pieces the weights may change
     * @param beforePiece is called before each piece. Its result marks the tokens of the piece
     * @return tokens {@code [rows, length]} and log-probabilities, as {@link GeneratedRows} reads them
     */
    public NDList run(
            final JudgeConfig config,
            final List<EncodedPrompt> prompts,
            final int groupSize,
            final Sampling sampling,
            final long[] seeds,
            final int pieceTokens,
            final IntSupplier beforePiece) {
        final int limit = sampling.maxNewTokens();
        drawing = new NDList(
                scope.create(sampling.uniforms(seeds, groupSize), new Shape((long) prompts.size() * groupSize, limit)),
                scope.create(stopTokens.stream().mapToLong(Integer::longValue).toArray()),
                scope.create(new double[] {sampling.temperature(), sampling.topP()}));
        mark(beforePiece.getAsInt(), 1);
        prefill(config, prompts);
        int drawn = 1;
        boolean going = drawn < limit;
        while (going) {
            final int mark = beforePiece.getAsInt();
            final int before = drawn;
            drawn = advance(before, pieceTokens);
            mark(mark, drawn - before);
            // a piece has fewer tokens only if every row has ended
            going = drawn - before == pieceTokens && drawn < limit;
        }
        return new NDList(part("tokens", drawn), part("logps", drawn));
    }

    /** The numbers of tokens per row that were sampled with the same mark, in order. */
    public List<GeneratedCompletion.Span> spans() {
        return spans;
    }

    private void mark(final int mark, final int tokens) {
        final int last = spans.size() - 1;
        if (last >= 0 && spans.get(last).mark() == mark) {
            spans.set(last, new GeneratedCompletion.Span(mark, spans.get(last).tokens() + tokens));
        } else {
            spans.add(new GeneratedCompletion.Span(mark, tokens));
        }
    }

    private void prefill(final JudgeConfig config, final List<EncodedPrompt> prompts) {
        final NDList arguments = new NDList();
        weights.addTo(arguments);
        PromptBatch.addTo(arguments, config, prompts, shared, scope);
        arguments.addAll(drawing);
        final NDList made = module.run("prefill", arguments, Gradients.NEVER);
        made.attach(scope);
        final int layers = (made.size() - STATE.size()) / 2;
        for (int i = 0; i < STATE.size(); i++) {
            state.put(STATE.get(i), made.get(i));
        }
        for (int i = 0; i < layers; i++) {
            state.put("k" + i, made.get(STATE.size() + i));
            state.put("v" + i, made.get(STATE.size() + layers + i));
        }
    }

    /** @return the number of tokens in each row that has not ended */
    private int advance(final int drawn, final int count) {
        final NDList arguments = new NDList();
        weights.addTo(arguments);
        state.forEach((name, array) -> {
            array.setName("c." + name);
            arguments.add(array);
        });
        arguments.addAll(shared);
        arguments.addAll(drawing);
        arguments.add(scope.create(new long[] {drawn, count}));
        final NDList made = module.run("advance", arguments, Gradients.NEVER);
        made.attach(scope);
        for (int i = 0; i < RENEWED.size(); i++) {
            state.put(RENEWED.get(i), made.get(i));
        }
        return (int) made.get(RENEWED.size()).toLongArray()[0];
    }

    private NDArray part(final String name, final int columns) {
        final NDArray all = state.get(name);
        if (all == null) {
            throw new IllegalStateException("no tokens were generated");
        }
        return all.get(":, :" + columns);
    }
}
