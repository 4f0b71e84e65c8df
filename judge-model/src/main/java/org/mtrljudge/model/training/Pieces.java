package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;
import org.mtrljudge.model.weights.JudgeWeights;

/** The pieces of a judge that gradient checkpointing computes one by one, each with the weights that it needs. */
record Pieces(JudgeModule module, JudgeWeights weights) {

    /** The weights whose names begin with one of {@code parts}, then the given arguments. */
    NDList arguments(final List<String> parts, final NDList others) {
        final NDList arguments = new NDList();
        weights.addPartsTo(arguments, parts);
        arguments.addAll(others);
        return arguments;
    }

    /** Whether a part of the judge is trained. */
    boolean isTrained(final String part) {
        return weights.addPartsTo(new NDList(), List.of(part));
    }

    NDList run(final String method, final NDList arguments, final Gradients gradients, final NDManager into) {
        final NDList result = module.run(method, arguments, gradients);
        result.attach(into);
        return result;
    }

    /** Adds the gradients of what a recorded result y depends on, from its own gradient: those of the sum of y · upstream. */
    void backward(final NDArray y, final NDArray upstream, final NDManager scope, final GradientCollector collector) {
        y.setName(null);
        upstream.setName(null);
        collector.backward(run("product", new NDList(y, upstream), Gradients.RECORDED, scope)
                .head());
    }
}
