package org.mtrljudge.model.input;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.mtrljudge.model.config.JudgeConfig;

/**
 * Packs groups one after the other, without padding: the prompt of a group once, then its completions. A completion sees the prompt and
 * itself, and its positions follow those of the prompt. So a group gives the same results as separate sequences, but its prompt is
 * computed only once, and what it needs grows with its tokens, not with their square.
 */
public final class PackedBatch {
    private static final int AXES = 3;

    private final List<PackedGroup> groups;
    private final int width;
    private final int[] starts;
    private final long[] ids;
    private final long[] positions;
    private final Plan[] plans;
    private final long[] at;
    private final long[] chosen;
    private int tokens;

    /**
     * How the attention cuts a group.
     *
     * @param prompt the positions of the first sequence: the prompt, and behind it a completion that is the only one
     * @param completions the positions of all completions behind it
     * @param rows the number of these completions
     * @param longest the positions of the longest of them
     */
    private record Plan(int prompt, int completions, int rows, int longest) {
        static Plan of(final PackedGroup group) {
            final int prompt = group.prompt().length();
            final int inputs = group.positions() - prompt;
            if (group.completions().size() <= 1 || inputs == 0) {
                return new Plan(prompt + inputs, 0, 0, 0);
            }
            final int longest = group.completions().stream()
                    .mapToInt(c -> c.length - 1)
                    .max()
                    .orElseThrow();
            return new Plan(prompt, inputs, group.completions().size(), longest);
        }
    }

    public PackedBatch(final List<PackedGroup> groups) {
        this.groups = groups;
        this.width = Math.toIntExact(
                groups.stream().mapToLong(PackedGroup::positions).sum());
        this.starts = new int[groups.size()];
        this.ids = new long[width];
        this.positions = new long[AXES * width];
        this.plans = groups.stream().map(Plan::of).toArray(Plan[]::new);
        final int total =
                groups.stream().mapToInt(PackedGroup::completionTokens).sum();
        this.at = new long[total];
        this.chosen = new long[total];
        int start = 0;
        for (int g = 0; g < groups.size(); g++) {
            starts[g] = start;
            pack(groups.get(g), start);
            start += groups.get(g).positions();
        }
    }

    private void pack(final PackedGroup group, final int from) {
        final EncodedPrompt prompt = group.prompt();
        for (int i = 0; i < prompt.length(); i++) {
            ids[from + i] = prompt.ids()[i];
            for (int axis = 0; axis < AXES; axis++) {
                positions[axis * width + from + i] = prompt.positions()[axis][i];
            }
        }
        final int last = from + prompt.length() - 1;
        int start = last + 1;
        for (final int[] completion : group.completions()) {
            for (int j = 0; j < completion.length; j++) {
                at[tokens] = j == 0 ? last : start + j - 1;
                chosen[tokens++] = completion[j];
                if (j < completion.length - 1) {
                    ids[start + j] = completion[j];
                    for (int axis = 0; axis < AXES; axis++) {
                        positions[axis * width + start + j] = prompt.nextPosition() + j;
                    }
                }
            }
            start += completion.length - 1;
        }
    }

    /** The images of the batch as the dictionary {@code v}. */
    public NDList vision(final JudgeConfig config, final NDManager scope) {
        final List<EncodedPrompt> prompts =
                groups.stream().map(PackedGroup::prompt).toList();
        return VisionInputs.of(config.vision(), prompts, starts, scope);
    }

    /** How the positions belong together, as the dictionary {@code s}; the module reads its plan on the CPU. */
    public NDList segments(final NDManager scope) {
        final long[] plan = new long[plans.length * 4];
        int rows = 0;
        int inputs = 0;
        for (int g = 0; g < plans.length; g++) {
            final long[] line = {plans[g].prompt, plans[g].completions, plans[g].rows, plans[g].longest};
            System.arraycopy(line, 0, plan, g * line.length, line.length);
            rows += plans[g].rows * plans[g].longest;
            inputs += plans[g].completions;
        }
        final long[] spread = new long[rows];
        final long[] gather = new long[inputs];
        int row = 0;
        int input = 0;
        for (int g = 0; g < plans.length; g++) {
            if (plans[g].rows > 0) {
                spread(groups.get(g), plans[g].longest, spread, row, gather, input);
                row += plans[g].rows * plans[g].longest;
                input += plans[g].completions;
            }
        }
        final NDArray onCpu = scope.newSubManager(Device.cpu()).create(plan, new Shape(plans.length, 4));
        return named(List.of("s.plan", "s.spread", "s.gather"), onCpu, scope.create(spread), scope.create(gather));
    }

    private static NDList named(final List<String> names, final NDArray... arrays) {
        for (int i = 0; i < arrays.length; i++) {
            arrays[i].setName(names.get(i));
        }
        return new NDList(arrays);
    }

    private static void spread(
            final PackedGroup group,
            final int longest,
            final long[] spread,
            final int row,
            final long[] gather,
            final int input) {
        int to = row;
        int from = 0;
        for (final int[] completion : group.completions()) {
            for (int j = 0; j < completion.length - 1; j++) {
                spread[to + j] = from;
                gather[input + from] = to - row + j;
                from++;
            }
            to += longest;
        }
    }

    /** {@code [positions]}, int64. */
    public NDArray ids(final NDManager scope) {
        return scope.create(ids);
    }

    /** {@code [3, positions]}, int64. */
    public NDArray positions(final NDManager scope) {
        return scope.create(positions, new Shape(AXES, width));
    }

    /** {@code [tokens]}, int64: the positions of the states that predict the completion tokens, group by group. */
    public NDArray at(final NDManager scope) {
        return scope.create(at);
    }

    /** {@code [tokens]}, int64: the completion tokens in the same order. */
    public NDArray chosen(final NDManager scope) {
        return scope.create(chosen);
    }
}
