package org.mtrljudge.model.input;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mtrljudge.model.config.JudgeConfig;

/** Converts the images of a batch to the dictionary {@code v} of the vision tower. Images are padded to the largest one. */
final class VisionInputs {
    private static final double ROPE_THETA = 10_000;
    private final JudgeConfig.Vision config;
    private final List<ImagePatches> images;
    private final int patches;

    private VisionInputs(final JudgeConfig.Vision config, final List<ImagePatches> images) {
        this.config = config;
        this.images = images;
        this.patches = images.stream().mapToInt(ImagePatches::patches).max().orElse(0);
    }

    /**
     * @param starts the position at which each prompt begins
     */
    static void addTo(
            final NDList arguments,
            final JudgeConfig config,
            final List<EncodedPrompt> prompts,
            final int[] starts,
            final NDManager scope) {
        final List<ImagePatches> images = new ArrayList<>();
        prompts.forEach(p -> images.addAll(p.images()));
        final VisionInputs inputs = new VisionInputs(config.vision(), images);
        inputs.add(arguments, "v.heads", scope.create((long) config.vision().heads()));
        if (images.isEmpty()) {
            return;
        }
        inputs.add(arguments, "v.targets", scope.create(targets(prompts, starts)));
        inputs.add(arguments, "v.rows", scope.create(inputs.rows()));
        inputs.add(arguments, "v.pixels", inputs.pixels(scope));
        inputs.addPositions(arguments, scope);
        final long[] deepstack =
                config.vision().deepstackIndexes().stream().mapToLong(i -> i).toArray();
        inputs.add(arguments, "v.deepstack", scope.create(deepstack));
        if (images.stream().anyMatch(i -> i.patches() != inputs.patches)) {
            inputs.add(arguments, "v.mask", inputs.mask(scope));
        }
    }

    private void add(final NDList arguments, final String name, final NDArray array) {
        array.setName(name);
        arguments.add(array);
    }

    /** The positions of all image tokens in the batch. */
    private static long[] targets(final List<EncodedPrompt> prompts, final int[] starts) {
        final List<Long> targets = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            final EncodedPrompt prompt = prompts.get(p);
            for (int i = 0; i < prompt.length(); i++) {
                if (prompt.ids()[i] == prompt.imageToken()) {
                    targets.add((long) starts[p] + i);
                }
            }
        }
        return targets.stream().mapToLong(Long::longValue).toArray();
    }

    /** The indexes of the merged rows that are not padding. */
    private long[] rows() {
        final long[] rows =
                new long[images.stream().mapToInt(ImagePatches::tokens).sum()];
        int at = 0;
        for (int n = 0; n < images.size(); n++) {
            for (int k = 0; k < images.get(n).tokens(); k++) {
                rows[at++] = (long) n * patches / 4 + k;
            }
        }
        return rows;
    }

    private NDArray pixels(final NDManager scope) {
        final int length = config.patchLength();
        final float[] all = new float[images.size() * patches * length];
        for (int n = 0; n < images.size(); n++) {
            final float[] pixels = images.get(n).pixels();
            System.arraycopy(pixels, 0, all, n * patches * length, pixels.length);
        }
        return scope.create(all, new Shape(images.size(), patches, length));
    }

    private NDArray mask(final NDManager scope) {
        final boolean[] real = new boolean[images.size() * patches];
        for (int n = 0; n < images.size(); n++) {
            Arrays.fill(real, n * patches, n * patches + images.get(n).patches(), true);
        }
        return scope.create(real, new Shape(images.size(), 1, 1, patches));
    }

    /** Adds the bilinear corners in the position table and the rotary angles. Both are ordered by merge blocks. */
    private void addPositions(final NDList arguments, final NDManager scope) {
        final int frequencies = config.hiddenSize() / config.heads() / 4;
        final long[] index = new long[images.size() * patches * 4];
        final float[] weight = new float[index.length];
        final float[] angles = new float[images.size() * patches * frequencies * 2];
        for (int n = 0; n < images.size(); n++) {
            final ImagePatches image = images.get(n);
            int patch = n * patches;
            for (int block = 0; block < image.tokens(); block++) {
                for (int inner = 0; inner < 4; inner++, patch++) {
                    final int row = block / (image.gridWidth() / 2) * 2 + inner / 2;
                    final int column = block % (image.gridWidth() / 2) * 2 + inner % 2;
                    corners(image, row, column, index, weight, patch * 4);
                    for (int f = 0; f < frequencies; f++) {
                        final double turn = Math.pow(ROPE_THETA, -(double) f / frequencies);
                        angles[patch * frequencies * 2 + f] = (float) (row * turn);
                        angles[patch * frequencies * 2 + frequencies + f] = (float) (column * turn);
                    }
                }
            }
        }
        add(arguments, "v.pos_index", scope.create(index, new Shape(images.size(), patches, 4)));
        add(arguments, "v.pos_weight", scope.create(weight, new Shape(images.size(), patches, 4)));
        add(arguments, "v.angles", scope.create(angles, new Shape(images.size(), patches, frequencies * 2L)));
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
        for (int corner = 0; corner < 4; corner++) {
            final int cornerRow = Math.min(top + corner / 2, side - 1);
            final int cornerColumn = Math.min(left + corner % 2, side - 1);
            index[at + corner] = (long) cornerRow * side + cornerColumn;
            weight[at + corner] =
                    (corner / 2 == 0 ? 1 - (y - top) : y - top) * (corner % 2 == 0 ? 1 - (x - left) : x - left);
        }
    }
}
