package org.mtrljudge.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The architecture in a Qwen3-VL {@code config.json}: a dense model, or a model with experts in every layer. */
public record JudgeConfig(
        Text text,
        Vision vision,
        boolean tieWordEmbeddings,
        int imageTokenId,
        int visionStartTokenId,
        int visionEndTokenId,
        int eosTokenId) {

    private static final List<String> MODEL_TYPES = List.of("qwen3_vl", "qwen3_vl_moe");

    /** Far above all published models. With these bounds, the number of parameters fits into a long, and that of tensors into memory. */
    private static final int MAX_SIZE = 1 << 20;

    private static final int MAX_COUNT = 1 << 12;
    private static final int MAX_LAYERS = 1 << 9;

    /**
     * The sizes of the text decoder.
     *
     * @param intermediateSize the inner size of a dense layer; unused if there are experts
     * @param mropeSection the number of rotary frequencies of each axis (time, height, width); the axes are interleaved
     * @param experts null for a dense model
     */
    public record Text(
            int vocabSize,
            int hiddenSize,
            int layers,
            int heads,
            int keyValueHeads,
            int headDim,
            int intermediateSize,
            double rmsNormEps,
            double ropeTheta,
            List<Integer> mropeSection,
            @Nullable Experts experts) {}

    /**
     * A mixture of experts in every decoder layer.
     *
     * @param perToken how many of the {@code count} experts process a token
     */
    public record Experts(int count, int perToken, int intermediateSize) {}

    /**
     * The sizes of the vision tower.
     *
     * @param positions the number of rows of the position table, a square number
     * @param deepstackIndexes the blocks whose features are added to the first decoder layers
     */
    public record Vision(
            int hiddenSize,
            int depth,
            int heads,
            int intermediateSize,
            int patchSize,
            int temporalPatchSize,
            int mergeSize,
            int positions,
            int outHiddenSize,
            List<Integer> deepstackIndexes) {}

    public JudgeConfig {
        require(text.heads % text.keyValueHeads == 0, "num_attention_heads must be a multiple of num_key_value_heads");
        require(
                text.mropeSection.size() == 3
                        && text.mropeSection.stream().allMatch(n -> n >= 0 && n <= text.headDim)
                        && text.mropeSection.stream()
                                        .mapToInt(Integer::intValue)
                                        .sum()
                                == text.headDim / 2,
                "mrope_section must have three numbers that add up to half of head_dim");
        require(text.rmsNormEps >= 0 && Double.isFinite(text.rmsNormEps), "rms_norm_eps must be 0 or larger");
        require(text.ropeTheta > 0 && Double.isFinite(text.ropeTheta), "rope_theta must be greater than 0");
        final Experts experts = text.experts;
        require(
                experts == null || experts.perToken >= 1 && experts.perToken <= experts.count,
                "num_experts_per_tok must be between 1 and num_experts");
        require(vision.hiddenSize % vision.heads == 0, "vision hidden_size must be a multiple of num_heads");
        require(vision.mergeSize == 2, "spatial_merge_size must be 2");
        require(vision.outHiddenSize == text.hiddenSize, "vision out_hidden_size must equal text hidden_size");
        final int side = (int) Math.round(Math.sqrt(vision.positions));
        require(side * side == vision.positions, "num_position_embeddings must be a square number");
        require(
                vision.deepstackIndexes.size() <= text.layers,
                "deepstack_visual_indexes has more entries than the decoder has layers");
        require(
                vision.deepstackIndexes.stream().allMatch(i -> i >= 0 && i < vision.depth),
                "deepstack_visual_indexes must name blocks of the vision tower: 0 to depth - 1");
    }

    private static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new ModelException("config.json: " + what);
        }
    }

    /**
     * Reads a published configuration. Both spellings of the rope settings are accepted.
     *
     * @throws ModelException when a key is missing or the sizes contradict each other
     */
    public static JudgeConfig of(final JsonNode root) {
        final String type = child(root, "model_type").asText();
        require(MODEL_TYPES.contains(type), "'model_type' is " + type + "; supported are " + MODEL_TYPES);
        final JsonNode text = child(root, "text_config");
        final JsonNode vision = child(root, "vision_config");
        final JsonNode rope =
                text.has("rope_parameters") ? child(text, "rope_parameters") : child(text, "rope_scaling");
        final double theta = rope.has("rope_theta")
                ? child(rope, "rope_theta").asDouble()
                : child(text, "rope_theta").asDouble();
        return new JudgeConfig(
                new Text(
                        size(text, "vocab_size", MAX_SIZE),
                        size(text, "hidden_size", MAX_SIZE),
                        size(text, "num_hidden_layers", MAX_LAYERS),
                        size(text, "num_attention_heads", MAX_COUNT),
                        size(text, "num_key_value_heads", MAX_COUNT),
                        size(text, "head_dim", MAX_COUNT),
                        size(text, "intermediate_size", MAX_SIZE),
                        text.path("rms_norm_eps").asDouble(1e-6),
                        theta,
                        integers(child(rope, "mrope_section")),
                        experts(text)),
                new Vision(
                        size(vision, "hidden_size", MAX_SIZE),
                        size(vision, "depth", MAX_LAYERS),
                        size(vision, "num_heads", MAX_COUNT),
                        size(vision, "intermediate_size", MAX_SIZE),
                        size(vision, "patch_size", MAX_COUNT),
                        size(vision, "temporal_patch_size", MAX_COUNT),
                        size(vision, "spatial_merge_size", MAX_COUNT),
                        size(vision, "num_position_embeddings", MAX_SIZE),
                        size(vision, "out_hidden_size", MAX_SIZE),
                        integers(child(vision, "deepstack_visual_indexes"))),
                root.path("tie_word_embeddings").asBoolean(false),
                integer(root, "image_token_id"),
                integer(root, "vision_start_token_id"),
                integer(root, "vision_end_token_id"),
                integer(text, "eos_token_id"));
    }

    private static @Nullable Experts experts(final JsonNode text) {
        if (!text.has("num_experts")) {
            return null;
        }
        require(
                text.path("decoder_sparse_step").asInt(1) == 1,
                "decoder_sparse_step must be 1: only experts in every layer are supported");
        require(
                text.path("mlp_only_layers").isEmpty(),
                "mlp_only_layers must be empty: only experts in every layer are supported");
        require(text.path("norm_topk_prob").asBoolean(true), "norm_topk_prob must be true");
        return new Experts(
                size(text, "num_experts", MAX_COUNT),
                integer(text, "num_experts_per_tok"),
                size(text, "moe_intermediate_size", MAX_SIZE));
    }

    private static JsonNode child(final JsonNode node, final String key) {
        final JsonNode value = node.get(key);
        if (value == null || value.isNull()) {
            throw new ModelException("config.json: the key '" + key + "' is missing");
        }
        return value;
    }

    private static int integer(final JsonNode node, final String key) {
        final JsonNode value = child(node, key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 0) {
            throw new ModelException(
                    "config.json: '" + key + "' is " + value + "; it must be a whole number, 0 or larger");
        }
        return value.asInt();
    }

    private static int size(final JsonNode node, final String key, final int most) {
        final int size = integer(node, key);
        require(size >= 1 && size <= most, "'" + key + "' is " + size + "; it must be from 1 to " + most);
        return size;
    }

    private static List<Integer> integers(final JsonNode array) {
        final List<Integer> values = new ArrayList<>();
        array.forEach(v -> values.add(v.asInt()));
        return List.copyOf(values);
    }
}
