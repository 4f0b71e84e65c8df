package org.mtrljudge.standalone.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.settings.io.Mappers;

/** For benchmarks: a judge of any size with random weights, as a checkpoint folder. */
record RandomCheckpoint(Path folder, long parameters) {
    static final int VOCABULARY = 151_936;
    private static final int EXPERTS_PER_TOKEN = 8;

    /** Makes a checkpoint with the vocabulary and the proportions of the published model. */
    static RandomCheckpoint write(final Path folder, final String name, final int hidden, final int layers)
            throws IOException {
        return write(folder, name, hidden, layers, 0);
    }

    /** @param experts the experts of each layer, of which a token uses 8; 0: a dense model */
    static RandomCheckpoint write(
            final Path folder, final String name, final int hidden, final int layers, final int experts)
            throws IOException {
        final Path shape = Files.createDirectories(folder.resolve(name + "-shape"));
        for (final String file : List.of("tokenizer.json", "preprocessor_config.json", "config.json")) {
            try (InputStream in =
                    Objects.requireNonNull(JudgeFolder.class.getResourceAsStream("/judge-tiny/" + file))) {
                Files.write(shape.resolve(file), in.readAllBytes());
            }
        }
        final Path config = shape.resolve("config.json");
        final ObjectNode root = (ObjectNode) Mappers.JSON.readTree(config.toFile());
        final ObjectNode text = (ObjectNode) root.get("text_config");
        text.put("vocab_size", VOCABULARY).put("hidden_size", hidden).put("intermediate_size", 3 * hidden);
        text.put("num_hidden_layers", layers).put("num_attention_heads", hidden / 64);
        text.put("num_key_value_heads", hidden / 192);
        text.put("head_dim", 64).put("eos_token_id", VOCABULARY - 1);
        ((ObjectNode) text.get("rope_scaling")).set("mrope_section", Mappers.JSON.valueToTree(new int[] {12, 10, 10}));
        ((ObjectNode) root.get("vision_config")).put("out_hidden_size", hidden);
        if (experts > 0) {
            addExperts(root, text, hidden, experts);
        }
        Mappers.JSON.writeValue(config.toFile(), root);
        final Path checkpoint = folder.resolve(name);
        try (JudgeModel model = JudgeModel.random(JudgeFolder.open(shape), 1)) {
            model.save(checkpoint, WeightType.F32);
            return new RandomCheckpoint(checkpoint, model.policy().parameterCount());
        }
    }

    private static void addExperts(final ObjectNode root, final ObjectNode text, final int hidden, final int experts) {
        root.put("model_type", "qwen3_vl_moe");
        root.putArray("architectures").add("Qwen3VLMoeForConditionalGeneration");
        text.put("model_type", "qwen3_vl_moe_text").put("num_experts", experts);
        text.put("num_experts_per_tok", EXPERTS_PER_TOKEN).put("moe_intermediate_size", hidden / 2);
        text.put("decoder_sparse_step", 1).putArray("mlp_only_layers");
        ((ObjectNode) root.get("vision_config")).put("model_type", "qwen3_vl_moe");
    }

    /** A prompt of these tokens, without pictures. */
    static EncodedPrompt prompt(final int[] ids) {
        final int[] places = new int[ids.length];
        Arrays.setAll(places, i -> i);
        return new EncodedPrompt(ids, new int[][] {places, places, places}, ids.length, -1, List.of());
    }
}
