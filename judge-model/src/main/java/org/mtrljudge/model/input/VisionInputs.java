package org.mtrljudge.model.input;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.mtrljudge.model.config.JudgeConfig;

/**
 * Converts the images of a batch to the dictionary {@code v} of the vision tower. Images with equally many patches lie beside each other
 * and form a run, so that the attention computes them together and nothing is padded.
 */
final class VisionInputs {
    private static final double ROPE_THETA = 10_000;
    private static final int CORNERS = 4;

    private final JudgeConfig.Vision config;
    private final NDManager scope;
    private final NDManager cpu;
    private final NDList vision = new NDList();

    private VisionInputs(final JudgeConfig.Vision config, final NDManager scope) {
        this.config = config;
        this.scope = scope;
        this.cpu = scope.newSubManager(Device.cpu());
    }

    /** An image and the positions of its tokens in the batch. */
    private record Placed(ImagePatches image, long[] targets) {}

    /** The same for all images of one size. */
    private record Positions(NDArray index, NDArray weight, NDArray angles) {}

    /**
     * The dictionary {@code v}; of a batch without images, the sizes of the tower alone.
     *
     * @param starts the position at which each prompt begins
     */
    static NDList of(
            final JudgeConfig.Vision config,
            final List<EncodedPrompt> prompts,
            final int[] starts,
            final NDManager scope) {
        final VisionInputs inputs = new VisionInputs(config, scope);
        inputs.add("v.heads", inputs.cpu.create((long) config.heads()));
        final List<Placed> images = placed(prompts, starts);
        if (!images.isEmpty()) {
            inputs.add(images);
        }
        return inputs.vision;
    }

    private static List<Placed> placed(final List<EncodedPrompt> prompts, final int[] starts) {
        final List<Placed> placed = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            final EncodedPrompt prompt = prompts.get(p);
            int at = 0;
            for (final ImagePatches image : prompt.images()) {
                final long[] targets = new long[image.tokens()];
                for (int k = 0; k < targets.length; at++) {
                    if (prompt.ids()[at] == prompt.imageToken()) {
                        targets[k++] = (long) starts[p] + at;
                    }
                }
                placed.add(new Placed(image, targets));
            }
        }
        placed.sort(Comparator.comparingInt(each -> each.image.patches()));
        return placed;
    }

    private void add(final List<Placed> images) {
        add(
                "v.targets",
                scope.create(images.stream()
                        .flatMapToLong(each -> LongStream.of(each.targets))
                        .toArray()));
        add("v.runs", runs(images));
        add("v.pixels", pixels(images));
        final Map<List<Integer>, Positions> bySize = new HashMap<>();
        final List<Positions> positions = images.stream()
                .map(each -> bySize.computeIfAbsent(
                        List.of(each.image.gridHeight(), each.image.gridWidth()), size -> positions(each.image)))
                .toList();
        add("v.pos_index", joined(positions, Positions::index));
        add("v.pos_weight", joined(positions, Positions::weight));
        add("v.angles", joined(positions, Positions::angles));
        add(
                "v.deepstack",
                cpu.create(config.deepstackIndexes().stream().mapToLong(i -> i).toArray()));
    }

    private void add(final String name, final NDArray array) {
        array.setName(name);
        vision.add(array);
    }

    private static NDArray joined(final List<Positions> positions, final Function<Positions, NDArray> part) {
        return NDArrays.concat(new NDList(positions.stream().map(part).toList()), 0);
    }

    /** {@code [runs, 2]}, on the CPU, where the module reads it: the number of images, and the patches of each. */
    private NDArray runs(final List<Placed> images) {
        final List<long[]> runs = new ArrayList<>();
        for (final Placed each : images) {
            final int patches = each.image.patches();
            if (runs.isEmpty() || runs.get(runs.size() - 1)[1] != patches) {
                runs.add(new long[] {0, patches});
            }
            runs.get(runs.size() - 1)[0]++;
        }
        return cpu.create(runs.stream().flatMapToLong(LongStream::of).toArray(), new Shape(runs.size(), 2));
    }

    /** {@code [patches, 3 * patch * patch]}, uint8. An array for each image, as together they may have more bytes than a Java array. */
    private NDArray pixels(final List<Placed> images) {
        final long length = 3L * config.patchSize() * config.patchSize();
        final NDList all = new NDList();
        for (final Placed each : images) {
            // one after the other: a picture that is decoded needs far more memory than its patches
            final byte[] pixels = each.image.pixels();
            all.add(scope.create(ByteBuffer.wrap(pixels), new Shape(pixels.length / length, length), DataType.UINT8));
        }
        return NDArrays.concat(all, 0);
    }

    /** The bilinear corners in the position table and the rotary angles. Both are ordered by merge blocks. */
    private Positions positions(final ImagePatches image) {
        final int frequencies = config.hiddenSize() / config.heads() / 4;
        final int patches = image.patches();
        final long[] index = new long[patches * CORNERS];
        final float[] weight = new float[index.length];
        final float[] angles = new float[patches * frequencies * 2];
        int patch = 0;
        for (int block = 0; block < image.tokens(); block++) {
            for (int inner = 0; inner < 4; inner++, patch++) {
                final int row = block / (image.gridWidth() / 2) * 2 + inner / 2;
                final int column = block % (image.gridWidth() / 2) * 2 + inner % 2;
                corners(image, row, column, index, weight, patch * CORNERS);
                for (int f = 0; f < frequencies; f++) {
                    final double turn = Math.pow(ROPE_THETA, -(double) f / frequencies);
                    angles[patch * frequencies * 2 + f] = (float) (row * turn);
                    angles[patch * frequencies * 2 + frequencies + f] = (float) (column * turn);
                }
            }
        }
        return new Positions(
                scope.create(index, new Shape(patches, CORNERS)),
                scope.create(weight, new Shape(patches, CORNERS)),
                scope.create(angles, new Shape(patches, frequencies * 2L)));
    }

    private void corners(
            final ImagePatches image,
            final int row,
            final int column,
            final long[] index,
            final float[] weight,
            final int at) {
        final int side = (int) Math.round(Math.sqrt(config.positions()));
        final float y = image.gridHeight() == 1 ? 0 : row * (side - 1f) / (image.gridHeight() - 1);
        final float x = image.gridWidth() == 1 ? 0 : column * (side - 1f) / (image.gridWidth() - 1);
        final int top = (int) y;
        final int left = (int) x;
        for (int corner = 0; corner < CORNERS; corner++) {
            final int cornerRow = Math.min(top + corner / 2, side - 1);
            final int cornerColumn = Math.min(left + corner % 2, side - 1);
            index[at + corner] = (long) cornerRow * side + cornerColumn;
            weight[at + corner] =
                    (corner / 2 == 0 ? 1 - (y - top) : y - top) * (corner % 2 == 0 ? 1 - (x - left) : x - left);
        }
    }
}
