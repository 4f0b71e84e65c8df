package org.mtrljudge.it.real;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.WeightType;

/** A checkpoint of the size of a real one with the published tokenizer. The weights are random: what is rehearsed is size, not skill. */
public final class RandomJudge {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VOCABULARY = 151_936;
    private static final int HIDDEN = 1024;
    private static final int LAYERS = 16;
    private static final int VISION_HIDDEN = 768;
    private static final int VISION_LAYERS = 12;

    private RandomJudge() {}

    /**
     * Writes a Qwen3-VL of about 0.5 billion parameters in bfloat16: 16 layers of width 1024, the published vocabulary, a vision tower of 12
     * layers of width 768, and pictures of up to a megapixel.
     *
     * @param arguments the published {@code tokenizer.json} and the new folder
     */
    public static void main(final String[] arguments) throws IOException {
        final Path tokenizer = Path.of(arguments[0]);
        final Path folder = Path.of(arguments[1]).toAbsolutePath();
        final Path shape = Files.createDirectories(folder.resolveSibling("shape"));
        for (final String file : List.of(
                "preprocessor_config.json",
                "config.json",
                "chat_template.jinja",
                "tokenizer_config.json",
                "generation_config.json")) {
            try (InputStream in =
                    Objects.requireNonNull(JudgeFolder.class.getResourceAsStream("/judge-tiny/" + file))) {
                Files.write(shape.resolve(file), in.readAllBytes());
            }
        }
        Files.copy(tokenizer, shape.resolve("tokenizer.json"));
        change(shape.resolve("config.json"), root -> config(root, ids(tokenizer)));
        change(
                shape.resolve("generation_config.json"),
                root -> root.put("pad_token_id", ids(tokenizer).get("<|endoftext|>"))
                        .putArray("eos_token_id")
                        .add(ids(tokenizer).get("<|im_end|>")));
        change(
                shape.resolve("preprocessor_config.json"),
                root -> root.set("size", JSON.valueToTree(Map.of("shortest_edge", 65_536, "longest_edge", 1 << 20))));
        change(shape.resolve("tokenizer_config.json"), root -> root.put("model_max_length", 32_768));
        try (JudgeModel model = JudgeModel.random(JudgeFolder.open(shape), 1)) {
            model.save(folder, WeightType.BF16);
            System.out.printf("a checkpoint of %,d parameters%n", model.policy().parameterCount());
        }
    }

    private interface Change {
        void to(ObjectNode root) throws IOException;
    }

    private static void change(final Path file, final Change change) throws IOException {
        final ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
        change.to(root);
        JSON.writeValue(file.toFile(), root);
    }

    /** The ids of the special tokens. */
    private static Map<String, Integer> ids(final Path tokenizer) throws IOException {
        final Map<String, Integer> ids = new HashMap<>();
        for (final JsonNode token : JSON.readTree(tokenizer.toFile()).get("added_tokens")) {
            ids.put(token.get("content").asText(), token.get("id").asInt());
        }
        return ids;
    }

    private static void config(final ObjectNode root, final Map<String, Integer> ids) {
        root.put("image_token_id", ids.get("<|image_pad|>")).put("video_token_id", ids.get("<|video_pad|>"));
        root.put("vision_start_token_id", ids.get("<|vision_start|>"))
                .put("vision_end_token_id", ids.get("<|vision_end|>"));
        final ObjectNode text = (ObjectNode) root.get("text_config");
        text.put("bos_token_id", ids.get("<|endoftext|>")).put("eos_token_id", ids.get("<|im_end|>"));
        text.put("vocab_size", VOCABULARY).put("hidden_size", HIDDEN).put("intermediate_size", 3 * HIDDEN);
        text.put("num_hidden_layers", LAYERS).put("num_attention_heads", HIDDEN / 64);
        text.put("num_key_value_heads", HIDDEN / 128).put("head_dim", 64);
        text.put("max_position_embeddings", 32_768).put("dtype", "bfloat16");
        ((ObjectNode) text.get("rope_scaling")).set("mrope_section", JSON.valueToTree(new int[] {12, 10, 10}));
        final ObjectNode vision = (ObjectNode) root.get("vision_config");
        vision.put("depth", VISION_LAYERS).put("hidden_size", VISION_HIDDEN).put("num_heads", VISION_HIDDEN / 64);
        vision.put("intermediate_size", 4 * VISION_HIDDEN).put("out_hidden_size", HIDDEN);
        vision.put("num_position_embeddings", 2304);
        vision.set("deepstack_visual_indexes", JSON.valueToTree(new int[] {3, 6, 9}));
    }
}
