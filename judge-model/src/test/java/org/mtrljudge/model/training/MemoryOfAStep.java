package org.mtrljudge.model.training;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.settings.io.Mappers;

/** A process that takes one training step and prints the memory that it took at most, in bytes, and the memory that was planned. */
final class MemoryOfAStep {
    private static final int PROMPT = 256;
    private static final int GROUP = 6;
    private static final int COMPLETION = 200;
    private static final int VOCABULARY = 16_384;

    private MemoryOfAStep() {}

    /** Arguments: the folder of a checkpoint, its number type in memory, whether layers are computed twice. */
    public static void main(final String[] args) throws IOException {
        final ModelOptions options =
                new ModelOptions("cpu", WeightType.valueOf(args[1]), null, Boolean.parseBoolean(args[2]));
        final JudgeFolder folder = JudgeFolder.open(Path.of(args[0]));
        // loads libtorch
        JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY)).close();
        final long before = bytes("VmRSS");
        try (JudgeModel model = JudgeModel.load(folder, options);
                AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1));
                NDManager scope = model.newScope()) {
            model.backward(
                    List.of(group()), 1, scope, scores -> scores.logProbs().mean());
            optimizer.step(1e-4);
        }
        final long tokens = group().positions();
        final MemoryPlan plan = MemoryPlan.of(folder.config(), options, tokens, (long) PROMPT * GROUP);
        System.out.println("measured " + (bytes("VmHWM") - before) + " planned "
                + (plan.weights() + plan.gradients() + plan.optimizer() + plan.activations() + plan.probabilities())
                + " " + plan);
    }

    private static PackedGroup group() {
        final Random random = new Random(1);
        final int[] places = new int[PROMPT];
        Arrays.setAll(places, i -> i);
        return new PackedGroup(
                new EncodedPrompt(
                        random.ints(PROMPT, 10, 500).toArray(),
                        new int[][] {places, places, places},
                        PROMPT,
                        -1,
                        List.of()),
                Stream.generate(() -> random.ints(COMPLETION, 10, 500).toArray())
                        .limit(GROUP)
                        .toList());
    }

    private static long bytes(final String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    /** Writes a checkpoint that is large enough that what libtorch needs for itself does not count. */
    static Path checkpoint(final Path folder) throws IOException {
        final Path shape = Files.createDirectories(folder.resolve("shape"));
        for (final String file : List.of("tokenizer.json", "preprocessor_config.json", "config.json")) {
            try (InputStream in =
                    Objects.requireNonNull(JudgeFolder.class.getResourceAsStream("/judge-tiny/" + file))) {
                Files.write(shape.resolve(file), in.readAllBytes());
            }
        }
        final Path config = shape.resolve("config.json");
        final ObjectNode root = (ObjectNode) Mappers.JSON.readTree(config.toFile());
        final ObjectNode text = (ObjectNode) root.get("text_config");
        text.put("vocab_size", VOCABULARY).put("hidden_size", 512).put("intermediate_size", 1536);
        text.put("num_hidden_layers", 8).put("num_attention_heads", 8).put("num_key_value_heads", 4);
        text.put("head_dim", 64).put("eos_token_id", VOCABULARY - 1);
        ((ObjectNode) text.get("rope_scaling")).set("mrope_section", Mappers.JSON.valueToTree(new int[] {12, 10, 10}));
        ((ObjectNode) root.get("vision_config")).put("out_hidden_size", 512);
        Mappers.JSON.writeValue(config.toFile(), root);
        final Path made = folder.resolve("checkpoint");
        try (JudgeModel model = JudgeModel.random(JudgeFolder.open(shape), 1)) {
            model.save(made, WeightType.F32);
        }
        return made;
    }
}
