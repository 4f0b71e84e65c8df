package org.mtrljudge.model.generation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;
import org.mtrljudge.model.input.PackedBatch;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.weights.JudgeWeights;

/** Samples the next tokens of rows. The policy may be replaced between two calls. */
public class Decoder {
    private final JudgeModule module;
    private final JudgeConfig config;
    private final JudgeWeights weights;
    private final NDList shared;

    /** @param shared the dictionary {@code r} of all calls */
    public Decoder(
            final JudgeModule module, final JudgeConfig config, final JudgeWeights weights, final NDList shared) {
        this.module = module;
        this.config = config;
        this.weights = weights;
        this.shared = shared;
    }

    /**
     * Computes prompts and samples the first token of each of their rows.
     *
     * @param rows the rows of all prompts, prompt by prompt
     * @param scope owns the cohort
     */
    Cohort begin(
            final List<Asked> prompts,
            final List<Row> rows,
            final Sampling sampling,
            final int mark,
            final NDManager scope) {
        try (NDManager piece = scope.newSubManager()) {
            final PackedBatch batch = new PackedBatch(prompts.stream()
                    .map(p -> new PackedGroup(p.prompt(), List.of()))
                    .toList());
            final NDList arguments = new NDList();
            weights.addForGenerationTo(arguments);
            arguments.addAll(batch.vision(config, piece));
            arguments.addAll(shared);
            arguments.addAll(batch.segments(piece));
            arguments.addAll(new NDList(batch.ids(piece), batch.positions(piece)));
            arguments.add(piece.create(lastPositions(prompts)));
            arguments.add(piece.create(
                    rows.stream().mapToLong(row -> prompts.indexOf(row.asked())).toArray()));
            arguments.addAll(new NDList(uniforms(rows, 1, piece), ofSampling(sampling, piece)));
            final NDList made = module.run("prefill", arguments, Gradients.NEVER);
            made.attach(piece);
            final Cohort begun = new Cohort(module, prompts, rows, made.subNDList(2), scope.newSubManager());
            give(made, rows, 1, mark);
            return begun;
        }
    }

    private static long[] lastPositions(final List<Asked> prompts) {
        final long[] last = new long[prompts.size()];
        long end = 0;
        for (int b = 0; b < last.length; b++) {
            end += prompts.get(b).length();
            last[b] = end - 1;
        }
        return last;
    }

    /** Samples that many more tokens for all rows of the cohorts, which must have room for them. */
    void advance(
            final List<Cohort> cohorts,
            final int count,
            final Sampling sampling,
            final int mark,
            final NDManager scope) {
        final List<Row> rows = cohorts.stream().flatMap(c -> c.rows().stream()).toList();
        final long[] plan = cohorts.stream()
                .flatMap(c -> List.of(c.rows().size(), c.used()).stream())
                .mapToLong(Integer::longValue)
                .toArray();
        try (NDManager piece = scope.newSubManager()) {
            final NDList arguments = new NDList();
            weights.addForGenerationTo(arguments);
            for (int i = 0; i < cohorts.size(); i++) {
                cohorts.get(i).addTo(arguments, i);
            }
            arguments.addAll(shared);
            arguments.add(piece.create(rows.stream().mapToLong(Row::lastToken).toArray()));
            arguments.add(
                    piece.create(rows.stream().mapToLong(Row::lastPosition).toArray()));
            arguments.addAll(new NDList(uniforms(rows, count, piece), ofSampling(sampling, piece)));
            arguments.add(piece.newSubManager(Device.cpu()).create(plan, new Shape(cohorts.size(), 2)));
            final NDList made = module.run("advance", arguments, Gradients.NEVER);
            made.attach(piece);
            give(made, rows, count, mark);
        }
        cohorts.forEach(c -> c.used(count));
    }

    /** {@code [rows, count]}: the uniform numbers of the next tokens. */
    private static NDArray uniforms(final List<Row> rows, final int count, final NDManager piece) {
        final float[] uniforms = new float[rows.size() * count];
        for (int r = 0; r < rows.size(); r++) {
            for (int i = 0; i < count; i++) {
                uniforms[r * count + i] = rows.get(r).uniform(i);
            }
        }
        return piece.create(uniforms, new Shape(rows.size(), count));
    }

    private static NDArray ofSampling(final Sampling sampling, final NDManager piece) {
        return piece.newSubManager(Device.cpu()).create(new double[] {sampling.temperature(), sampling.topP()});
    }

    /** Gives each row its new tokens {@code [rows, count]}, int64, and their log-probabilities, float32. */
    private static void give(final NDList made, final List<Row> rows, final int count, final int mark) {
        final long[] tokens = made.get(0).toLongArray();
        final float[] logProbs = made.get(1).toFloatArray();
        IntStream.range(0, rows.size())
                .forEach(r -> rows.get(r).add(tokens, logProbs, r * count, (r + 1) * count, mark));
    }
}
