package org.mtrljudge.model.input;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.mtrljudge.model.config.JudgeConfig;

/**
 * Packs each group into one row of a batch: the prompt once, then all its completions. A completion sees the prompt and itself, and
 * its positions follow those of the prompt. So a row gives the same results as separate sequences, but computes the prompt only once.
 */
public final class PackedBatch {
    private final List<PackedGroup> groups;
    private final int width;
    private final long[] ids;
    private final long[] positions;
    private final boolean[] mask;
    private final long[] at;
    private final long[] chosen;
    private int tokens;

    public PackedBatch(final List<PackedGroup> groups) {
        this.groups = groups;
        this.width = groups.stream().mapToInt(PackedGroup::width).max().orElseThrow();
        final int rows = groups.size();
        this.ids = new long[rows * width];
        this.positions = new long[3 * rows * width];
        this.mask = new boolean[rows * width * width];
        final int total =
                groups.stream().mapToInt(PackedGroup::completionTokens).sum();
        this.at = new long[total];
        this.chosen = new long[total];
        for (int row = 0; row < rows; row++) {
            pack(row);
        }
    }

    private void pack(final int row) {
        final PackedGroup group = groups.get(row);
        final EncodedPrompt prompt = group.prompt();
        final int promptLength = prompt.length();
        for (int i = 0; i < width; i++) {
            // padding sees itself, so that no row of the softmax is empty
            see(row, i, i, i + 1);
        }
        for (int i = 0; i < promptLength; i++) {
            place(
                    row,
                    i,
                    prompt.ids()[i],
                    prompt.positions()[0][i],
                    prompt.positions()[1][i],
                    prompt.positions()[2][i]);
            see(row, i, 0, i + 1);
        }
        int start = promptLength;
        for (final int[] completion : group.completions()) {
            for (int j = 0; j < completion.length; j++) {
                at[tokens] = (long) row * width + (j == 0 ? promptLength - 1 : start + j - 1);
                chosen[tokens++] = completion[j];
                if (j < completion.length - 1) {
                    final int position = prompt.nextPosition() + j;
                    place(row, start + j, completion[j], position, position, position);
                    see(row, start + j, 0, promptLength);
                    see(row, start + j, start, start + j + 1);
                }
            }
            start += completion.length - 1;
        }
    }

    private void place(final int row, final int column, final int id, final int t, final int h, final int w) {
        final int plane = groups.size() * width;
        ids[row * width + column] = id;
        positions[row * width + column] = t;
        positions[plane + row * width + column] = h;
        positions[2 * plane + row * width + column] = w;
    }

    private void see(final int row, final int query, final int from, final int to) {
        final int line = (row * width + query) * width;
        Arrays.fill(mask, line + from, line + to, true);
    }

    /** The images of the batch as the dictionary {@code v}. */
    public NDList vision(final JudgeConfig config, final NDManager scope) {
        final List<EncodedPrompt> prompts =
                groups.stream().map(PackedGroup::prompt).toList();
        final NDList vision = new NDList();
        VisionInputs.addTo(vision, config, prompts, new int[prompts.size()], width, scope);
        return vision;
    }

    /** {@code [rows, width]}, int64. */
    public NDArray ids(final NDManager scope) {
        return scope.create(ids, new Shape(groups.size(), width));
    }

    /** {@code [3, rows, width]}, int64. */
    public NDArray positions(final NDManager scope) {
        return scope.create(positions, new Shape(3, groups.size(), width));
    }

    /** {@code [rows, 1, width, width]}: which positions (last axis) each position (axis before) sees. */
    public NDArray mask(final NDManager scope) {
        return scope.create(mask, new Shape(groups.size(), 1, width, width));
    }

    /** {@code [tokens]}, int64: the flat positions of the states that predict the completion tokens, group by group. */
    public NDArray at(final NDManager scope) {
        return scope.create(at);
    }

    /** {@code [tokens]}, int64: the completion tokens in the same order. */
    public NDArray chosen(final NDManager scope) {
        return scope.create(chosen);
    }
}
