package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.stream.IntStream;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.engine.JudgeModule.Gradients;

/** The gradients of the vision tower, of which only the input of each block is kept. */
final class VisionCheckpointing {
    static final String TOWER = "model.visual.";
    private static final List<String> START = List.of(TOWER + "patch_embed.", TOWER + "pos_embed.");

    private final JudgeConfig.Vision config;
    private final Pieces pieces;
    private final NDList vision;
    private final GradientCollector collector;

    /** @param vision the images of the batch, the dictionary {@code v} */
    VisionCheckpointing(
            final JudgeConfig.Vision config,
            final Pieces pieces,
            final NDList vision,
            final GradientCollector collector) {
        this.config = config;
        this.pieces = pieces;
        this.vision = vision;
        this.collector = collector;
    }

    /**
     * Adds the gradients of the tower's weights.
     *
     * @param features the gradient of the features, each {@code [tokens, hidden]}: of the whole tower, then in the order of their blocks
     *     of those that deepstack takes
     */
    void backward(final List<NDArray> features, final NDManager scope) {
        // the states before each block and after the last, [patches, visionHidden]
        final NDArray[] states = new NDArray[config.depth() + 1];
        states[0] = start(Gradients.OFF, scope);
        for (int i = 0; i < config.depth(); i++) {
            states[i + 1] = block(i, states[i], Gradients.OFF, scope);
        }
        states[config.depth()].setRequiresGradient(true);
        throughFeature(-1, states[config.depth()], features.get(0), scope);
        final List<Integer> deepstack = inOrderOfBlocks();
        for (int i = config.depth() - 1; i >= 0; i--) {
            for (int k = deepstack.size() - 1; k >= 0; k--) {
                final int j = deepstack.get(k);
                if (config.deepstackIndexes().get(j) == i) {
                    states[i + 1].setRequiresGradient(true);
                    throughFeature(j, states[i + 1], features.get(k + 1), scope);
                }
            }
            throughBlock(i, states, scope);
        }
        // an adapter has no part in the first piece
        if (START.stream().anyMatch(pieces::isTrained)) {
            try (NDManager inner = scope.newSubManager()) {
                pieces.backward(start(Gradients.RECORDED, inner), states[0].getGradient(), inner, collector);
            }
        }
    }

    /** The numbers of the deepstack mergers in the order of the blocks that they follow. */
    private List<Integer> inOrderOfBlocks() {
        return IntStream.range(0, config.deepstackIndexes().size())
                .boxed()
                .sorted((a, b) -> Integer.compare(
                        config.deepstackIndexes().get(a),
                        config.deepstackIndexes().get(b)))
                .toList();
    }

    private NDArray start(final Gradients gradients, final NDManager into) {
        return pieces.run("first_patches", pieces.arguments(START, vision), gradients, into)
                .head();
    }

    private NDArray block(final int number, final NDArray h, final Gradients gradients, final NDManager into) {
        final NDList arguments = pieces.arguments(List.of(TOWER + "blocks." + number + "."), vision);
        return last("one_block", arguments, number, h, gradients, into);
    }

    private NDArray last(
            final String method,
            final NDList arguments,
            final int number,
            final NDArray h,
            final Gradients gradients,
            final NDManager into) {
        h.setName(null);
        arguments.addAll(new NDList(into.create((long) number), h));
        return pieces.run(method, arguments, gradients, into).head();
    }

    /** Adds the gradient of the states h, on which features depend. */
    private void throughFeature(final int number, final NDArray h, final NDArray upstream, final NDManager scope) {
        final String part = TOWER + (number < 0 ? "merger." : "deepstack_merger_list." + number + ".");
        try (NDManager inner = scope.newSubManager()) {
            final NDList arguments = pieces.arguments(List.of(part), new NDList());
            final NDArray again = last("one_feature", arguments, number, h, Gradients.RECORDED, inner);
            pieces.backward(again, upstream, inner, collector);
        }
    }

    private void throughBlock(final int number, final NDArray[] states, final NDManager scope) {
        states[number].setRequiresGradient(true);
        try (NDManager inner = scope.newSubManager()) {
            final NDArray again = block(number, states[number], Gradients.RECORDED, inner);
            final NDArray upstream = states[number + 1].getGradient();
            upstream.detach();
            upstream.attach(inner);
            pieces.backward(again, upstream, inner, collector);
        }
        states[number + 1].close();
    }
}
