package org.mtrljudge.standalone.bench;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.generation.Batching;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.service.ResidentMemory;
import org.mtrljudge.settings.io.Mappers;

/** Our side of {@code ./judge bench groups}, in a process of its own, so that its peak memory is that of one measurement. */
public final class GroupWork {
    private static final int MEASURED_STEPS = 2;

    private GroupWork() {}

    /** Arguments: train or generate, the folder of the checkpoint, the file of the work, the file for the figures. */
    public static void main(final String[] args) throws IOException {
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        final JsonNode work = Mappers.JSON.readTree(Path.of(args[2]).toFile());
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(Path.of(args[1])))) {
            final Map<String, Object> figures = args[0].equals("train") ? train(model, work) : generate(model, work);
            Mappers.JSON.writeValue(Path.of(args[3]).toFile(), figures);
        }
    }

    private static Map<String, Object> train(final JudgeModel model, final JsonNode work) throws IOException {
        final PackedGroup group = new PackedGroup(
                RandomCheckpoint.prompt(ids(work.get("prompts").get(0))),
                StreamSupport.stream(work.get("completions").spliterator(), false)
                        .map(GroupWork::ids)
                        .toList());
        final double[] loss = new double[1];
        long start = 0;
        try (AdamW optimizer = model.optimizer(new AdamW.Settings(0.01, 0.9, 0.999, 1e-8, 1.0))) {
            // an unmeasured step for the JIT compiler
            for (int step = -1; step < MEASURED_STEPS; step++) {
                start = step == 0 ? System.nanoTime() : start;
                final boolean first = step < 0;
                try (NDManager scope = model.newScope()) {
                    model.backward(List.of(group), 1, scope, scores -> {
                        final var mean = scores.logProbs().mean().neg();
                        loss[0] = first ? mean.getFloat() : loss[0];
                        return mean;
                    });
                }
                optimizer.step(1e-4);
            }
        }
        final double seconds = (System.nanoTime() - start) / 1e9 / MEASURED_STEPS;
        return Map.of(
                "seconds",
                seconds,
                "tokens_per_second",
                group.completionTokens() / seconds,
                "loss",
                loss[0],
                "peak_rss_bytes",
                ResidentMemory.peakBytes());
    }

    private static Map<String, Object> generate(final JudgeModel model, final JsonNode work) {
        final List<EncodedPrompt> prompts = new ArrayList<>();
        work.get("prompts").forEach(p -> prompts.add(RandomCheckpoint.prompt(ids(p))));
        final int groupSize = work.get("group_size").asInt();
        final long[] seeds = IntStream.range(0, prompts.size()).asLongStream().toArray();
        final Batching batching = new Batching(work.get("max_batched_tokens").asLong(), 16, () -> 0);
        // warms up the JIT compiler
        model.generate(prompts.subList(0, 1), 2, new Sampling(1, 1, 4), new long[1]);
        final long start = System.nanoTime();
        final List<List<GeneratedCompletion>> groups = model.generate(
                prompts, groupSize, new Sampling(1, 1, work.get("limit").asInt()), seeds, batching);
        final double seconds = (System.nanoTime() - start) / 1e9;
        final long tokens = groups.stream()
                .flatMap(List::stream)
                .mapToLong(c -> c.tokens().length)
                .sum();
        return Map.of(
                "seconds",
                seconds,
                "tokens",
                tokens,
                "tokens_per_second",
                tokens / seconds,
                "kv_peak",
                model.peakPositions().held(),
                "kv_there",
                model.peakPositions().there(),
                "peak_rss_bytes",
                ResidentMemory.peakBytes());
    }

    private static int[] ids(final JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
