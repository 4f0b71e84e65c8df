package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;
import org.mtrljudge.model.input.PackedBatch;
import org.mtrljudge.model.weights.JudgeWeights;

/**
 * Forward and backward passes that keep only the input of each decoder layer and compute the layer again when its gradients are
 * needed (Chen et al. 2016). The head is computed in pieces, because the logits are the largest array. The vision tower is computed
 * block by block, see {@link VisionCheckpointing}.
 */
final class GradientCheckpointing {
    private static final String TEXT = "model.language_model.";
    private static final String EMBEDDINGS = TEXT + "embed_tokens.";

    private final Pieces pieces;
    private final JudgeConfig config;
    private final NDList shared;
    private final ScoringHead head;

    GradientCheckpointing(
            final JudgeModule module,
            final JudgeConfig config,
            final NDList shared,
            final JudgeWeights weights,
            final ScoringHead head) {
        this.pieces = new Pieces(module, weights);
        this.config = config;
        this.shared = shared;
        this.head = head;
    }

    /** The arrays that all layers of one batch use. */
    private record Batch(
            NDList vision,
            NDList segments,
            NDArray ids,
            NDArray positions,
            NDArray at,
            NDArray chosen,
            NDManager scope) {}

    /** Adds the gradients of {@code loss} to the gradients of the trained weights. */
    void backward(
            final PackedBatch packed,
            final double temperature,
            final NDManager scope,
            final GradientCollector collector,
            final Function<TokenScores, NDArray> loss) {
        final Batch batch = new Batch(
                packed.vision(config, scope),
                packed.segments(scope),
                packed.ids(scope),
                packed.positions(scope),
                packed.at(scope),
                packed.chosen(scope),
                scope);
        final NDList embedded = embedding(batch, Gradients.OFF, scope);
        final NDArray[] inputs = new NDArray[config.text().layers() + 1];
        inputs[0] = embedded.head();
        for (int i = 0; i < config.text().layers(); i++) {
            inputs[i + 1] = layer(batch, i, inputs[i], feature(embedded, i), Gradients.OFF, scope);
        }
        NDArray gradient = throughHead(batch, inputs[inputs.length - 1], temperature, collector, loss);
        for (int i = config.text().layers() - 1; i >= 0; i--) {
            final NDArray upstream = gradient;
            gradient = throughLayer(batch, i, inputs[i], feature(embedded, i), upstream, collector);
            upstream.close();
            inputs[i + 1].close();
        }
        throughEmbedding(batch, embedded, gradient, collector);
    }

    private static @Nullable NDArray feature(final NDList embedded, final int layer) {
        return layer + 1 < embedded.size() ? embedded.get(layer + 1) : null;
    }

    private NDList embedding(final Batch batch, final Gradients gradients, final NDManager into) {
        final NDList arguments = pieces.arguments(List.of(EMBEDDINGS, VisionCheckpointing.TOWER), batch.vision);
        arguments.add(batch.ids);
        return pieces.run("embedding", arguments, gradients, into);
    }

    private NDArray layer(
            final Batch batch,
            final int number,
            final NDArray x,
            final @Nullable NDArray feature,
            final Gradients gradients,
            final NDManager into) {
        final NDList arguments = pieces.arguments(List.of(TEXT + "layers." + number + "."), new NDList());
        if (feature != null) {
            feature.setName("v.features");
            arguments.add(feature);
        }
        batch.vision.stream()
                .filter(a -> a.getName().equals("v.targets") || a.getName().equals("v.heads"))
                .forEach(arguments::add);
        arguments.addAll(shared);
        arguments.addAll(batch.segments);
        x.setName(null);
        arguments.addAll(new NDList(into.create((long) number), x, batch.positions));
        return pieces.run("one_layer", arguments, gradients, into).head(); // [positions, hidden]
    }

    /** Scores the output of the last layer and returns the gradient of this output. */
    private NDArray throughHead(
            final Batch batch,
            final NDArray x,
            final double temperature,
            final GradientCollector collector,
            final Function<TokenScores, NDArray> loss) {
        x.setRequiresGradient(true);
        try (NDManager scope = batch.scope.newSubManager()) {
            final NDList arguments = pieces.arguments(List.of(TEXT + "norm."), shared);
            x.setName(null);
            arguments.addAll(new NDList(x, batch.at, scope.create((float) temperature)));
            final NDArray states = pieces.run("predicting", arguments, Gradients.RECORDED, scope)
                    .head(); // [tokens, hidden]
            final NDArray upstream = head.backward(states.stopGradient(), batch.chosen, true, scope, collector, loss);
            pieces.backward(states, upstream, scope, collector);
        }
        return x.getGradient(); // [positions, hidden]
    }

    private NDArray throughLayer(
            final Batch batch,
            final int number,
            final NDArray x,
            final @Nullable NDArray feature,
            final NDArray upstream,
            final GradientCollector collector) {
        x.setRequiresGradient(true);
        if (feature != null) {
            feature.setRequiresGradient(true);
        }
        try (NDManager scope = batch.scope.newSubManager()) {
            final NDArray again = layer(batch, number, x, feature, Gradients.RECORDED, scope);
            pieces.backward(again, upstream, scope, collector);
        }
        return x.getGradient();
    }

    /** The gradients of the table of embeddings and of the vision tower, where these are trained. */
    private void throughEmbedding(
            final Batch batch, final NDList embedded, final NDArray gradient, final GradientCollector collector) {
        final boolean pictures = batch.vision.contains("v.targets");
        if (pieces.isTrained(EMBEDDINGS)) {
            try (NDManager scope = batch.scope.newSubManager()) {
                final NDList arguments = pieces.arguments(List.of(EMBEDDINGS), batch.vision);
                arguments.add(batch.ids);
                final String method = pictures ? "text_embedding" : "embedding";
                final NDArray again =
                        pieces.run(method, arguments, Gradients.RECORDED, scope).head();
                pieces.backward(again, gradient, scope, collector);
            }
        }
        if (pictures && pieces.isTrained(VisionCheckpointing.TOWER)) {
            try (NDManager scope = batch.scope.newSubManager()) {
                final NDList arguments = new NDList(batch.vision);
                gradient.setName(null);
                arguments.add(gradient);
                final List<NDArray> features = new ArrayList<>();
                features.add(
                        pieces.run("at_images", arguments, Gradients.OFF, scope).head());
                for (int k = 1; k < embedded.size(); k++) {
                    features.add(embedded.get(k).getGradient());
                }
                new VisionCheckpointing(config.vision(), pieces, batch.vision, collector).backward(features, scope);
            }
        }
    }
}
