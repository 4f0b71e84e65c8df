package org.mtrljudge.model.input;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.mtrljudge.model.config.JudgeConfig;

/** Converts the prompts of one generation batch, padded on the left, to arguments of the module's method {@code prefill}. */
public final class PromptBatch {
    private PromptBatch() {}

    public static void addTo(
            final NDList arguments,
            final JudgeConfig config,
            final List<EncodedPrompt> prompts,
            final NDList shared,
            final NDManager scope) {
        final int rows = prompts.size();
        final int width = prompts.stream().mapToInt(EncodedPrompt::length).max().orElseThrow();
        final long[] ids = new long[rows * width];
        final long[] positions = new long[3 * rows * width];
        final boolean[] real = new boolean[rows * width];
        final long[] next = new long[rows];
        final int[] starts = new int[rows];
        for (int row = 0; row < rows; row++) {
            final EncodedPrompt prompt = prompts.get(row);
            starts[row] = width - prompt.length();
            next[row] = prompt.nextPosition();
            for (int i = 0; i < prompt.length(); i++) {
                final int to = row * width + starts[row] + i;
                ids[to] = prompt.ids()[i];
                real[to] = true;
                for (int axis = 0; axis < 3; axis++) {
                    positions[axis * rows * width + to] = prompt.positions()[axis][i];
                }
            }
        }
        VisionInputs.addTo(arguments, config, prompts, starts, width, scope);
        arguments.addAll(shared);
        arguments.add(scope.create(ids, new Shape(rows, width)));
        arguments.add(scope.create(positions, new Shape(3, rows, width)));
        arguments.add(scope.create(real, new Shape(rows, width)));
        arguments.add(scope.create(next));
    }
}
