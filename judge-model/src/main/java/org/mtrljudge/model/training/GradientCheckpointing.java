package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
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
 * needed (Chen et al. 2016). The head is computed in pieces, because the logits are the largest array. The vision tower and the
 * embeddings together are treated as one layer. The gradient of a layer is the gradient of sum(output · gradient of the output).
 */
final class GradientCheckpointing {
    private static final String TEXT = "model.language_model.";

    private final JudgeModule module;
    private final JudgeConfig config;
    private final NDList shared;
    private final JudgeWeights weights;
    private final ScoringHead head;

    GradientCheckpointing(
            final JudgeModule module,
            final JudgeConfig config,
            final NDList shared,
            final JudgeWeights weights,
            final ScoringHead head) {
        this.module = module;
        this.config = config;
        this.shared = shared;
        this.weights = weights;
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
        final NDList arguments = new NDList();
        weights.addPartsTo(arguments, List.of(TEXT + "embed_tokens.", "model.visual."));
        arguments.addAll(batch.vision);
        arguments.add(batch.ids);
        return run("embedding", arguments, gradients, into);
    }

    private NDArray layer(
            final Batch batch,
            final int number,
            final NDArray x,
            final @Nullable NDArray feature,
            final Gradients gradients,
            final NDManager into) {
        final NDList arguments = new NDList();
        weights.addPartsTo(arguments, List.of(TEXT + "layers." + number + "."));
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
        return run("one_layer", arguments, gradients, into).head(); // [positions, hidden]
    }

    private NDList run(final String method, final NDList arguments, final Gradients gradients, final NDManager into) {
        final NDList result = module.run(method, arguments, gradients);
        result.attach(into);
        return result;
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
            final NDList arguments = new NDList();
            weights.addPartsTo(arguments, List.of(TEXT + "norm."));
            arguments.addAll(shared);
            x.setName(null);
            arguments.addAll(new NDList(x, batch.at, scope.create((float) temperature)));
            final NDArray states =
                    run("predicting", arguments, Gradients.RECORDED, scope).head(); // [tokens, hidden]
            final NDArray upstream = head.backward(states.stopGradient(), batch.chosen, true, scope, collector, loss);
            collector.backward(product(states, upstream, scope));
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
            collector.backward(product(again, upstream, scope));
        }
        return x.getGradient();
    }

    private void throughEmbedding(
            final Batch batch, final NDList embedded, final NDArray gradient, final GradientCollector collector) {
        if (!weights.addPartsTo(new NDList(), List.of(TEXT + "embed_tokens.", "model.visual."))) {
            // only the decoder has an adapter
            return;
        }
        try (NDManager scope = batch.scope.newSubManager()) {
            final NDList again = embedding(batch, Gradients.RECORDED, scope);
            NDArray sum = product(again.head(), gradient, scope);
            for (int k = 1; k < again.size(); k++) {
                sum = sum.add(product(again.get(k), embedded.get(k).getGradient(), scope));
            }
            collector.backward(sum);
        }
    }

    /** The sum of y · upstream, a scalar {@code []}. */
    private NDArray product(final NDArray y, final NDArray upstream, final NDManager scope) {
        y.setName(null);
        upstream.setName(null);
        return run("product", new NDList(y, upstream), Gradients.RECORDED, scope)
                .head();
    }
}
