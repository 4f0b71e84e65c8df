package org.mtrljudge.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ModelSizeTest {
    private static final String EXPERTS_30B_A3B = """
            {"model_type": "qwen3_vl_moe", "tie_word_embeddings": false, "image_token_id": 151655, "vision_start_token_id": 151652,
             "vision_end_token_id": 151653,
             "text_config": {"vocab_size": 151936, "hidden_size": 2048, "num_hidden_layers": 48,
               "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 6144,
               "eos_token_id": 151645, "num_experts": 128, "num_experts_per_tok": 8, "moe_intermediate_size": 768,
               "rope_theta": 5000000, "rope_scaling": {"mrope_section": [24, 20, 20]}},
             "vision_config": {"hidden_size": 1152, "depth": 27, "num_heads": 16, "intermediate_size": 4304,
               "patch_size": 16, "temporal_patch_size": 2, "spatial_merge_size": 2, "num_position_embeddings": 2304,
               "out_hidden_size": 2048, "deepstack_visual_indexes": [8, 16, 24]}}""";

    private static ModelSize size(final String config) throws JsonProcessingException {
        return ModelSize.of(JudgeConfig.of(new ObjectMapper().readTree(config)));
    }

    @Test
    void shouldCountThePublishedMixtureOfExperts() throws JsonProcessingException {
        final ModelSize size = size(EXPERTS_30B_A3B);
        assertThat(size.parameters()).isEqualTo(31_070_754_032L);
        assertThat(size.tensors()).isEqualTo(882);
        assertThat(size.keyValuesPerToken()).isEqualTo(2L * 48 * 4 * 128);
    }

    @Test
    void shouldRefuseUnsupportedExperts() {
        assertThatThrownBy(
                        () -> size(EXPERTS_30B_A3B.replace("\"num_experts_per_tok\": 8", "\"num_experts_per_tok\": 0")))
                .hasMessageContaining("num_experts_per_tok must be between 1 and num_experts");
        assertThatThrownBy(() ->
                        size(EXPERTS_30B_A3B.replace("\"num_experts\"", "\"mlp_only_layers\": [0], \"num_experts\"")))
                .hasMessageContaining("mlp_only_layers must be empty");
    }
}
