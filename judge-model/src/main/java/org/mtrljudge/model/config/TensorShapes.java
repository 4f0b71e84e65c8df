package org.mtrljudge.model.config;

import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The shapes of all tensors of a Qwen3-VL checkpoint, by their published names. */
public final class TensorShapes {
    private final SortedMap<String, Shape> shapes = new TreeMap<>();

    private TensorShapes() {}

    public static SortedMap<String, Shape> of(final JudgeConfig config) {
        final TensorShapes all = new TensorShapes();
        all.text(config.text());
        all.vision(config.vision());
        if (!config.tieWordEmbeddings()) {
            all.add("lm_head.weight", config.text().vocabSize(), config.text().hiddenSize());
        }
        return Collections.unmodifiableSortedMap(all.shapes);
    }

    private void text(final JudgeConfig.Text text) {
        final long hidden = text.hiddenSize();
        final String root = "model.language_model.";
        add(root + "embed_tokens.weight", text.vocabSize(), hidden);
        add(root + "norm.weight", hidden);
        for (int i = 0; i < text.layers(); i++) {
            final String layer = root + "layers." + i + ".";
            final long query = (long) text.heads() * text.headDim();
            final long keyValue = (long) text.keyValueHeads() * text.headDim();
            add(layer + "input_layernorm.weight", hidden);
            add(layer + "post_attention_layernorm.weight", hidden);
            add(layer + "self_attn.q_proj.weight", query, hidden);
            add(layer + "self_attn.k_proj.weight", keyValue, hidden);
            add(layer + "self_attn.v_proj.weight", keyValue, hidden);
            add(layer + "self_attn.o_proj.weight", hidden, query);
            add(layer + "self_attn.q_norm.weight", text.headDim());
            add(layer + "self_attn.k_norm.weight", text.headDim());
            mlp(layer + "mlp.", text);
        }
    }

    private void mlp(final String mlp, final JudgeConfig.Text text) {
        final JudgeConfig.Experts experts = text.experts();
        if (experts == null) {
            add(mlp + "gate_proj.weight", text.intermediateSize(), text.hiddenSize());
            add(mlp + "up_proj.weight", text.intermediateSize(), text.hiddenSize());
            add(mlp + "down_proj.weight", text.hiddenSize(), text.intermediateSize());
        } else {
            final long inner = experts.intermediateSize();
            add(mlp + "gate.weight", experts.count(), text.hiddenSize());
            add(mlp + "experts.gate_up_proj", experts.count(), text.hiddenSize(), 2 * inner);
            add(mlp + "experts.down_proj", experts.count(), inner, text.hiddenSize());
        }
    }

    private void vision(final JudgeConfig.Vision vision) {
        final long hidden = vision.hiddenSize();
        final String root = "model.visual.";
        add(
                root + "patch_embed.proj.weight",
                hidden,
                3,
                vision.temporalPatchSize(),
                vision.patchSize(),
                vision.patchSize());
        add(root + "patch_embed.proj.bias", hidden);
        add(root + "pos_embed.weight", vision.positions(), hidden);
        for (int i = 0; i < vision.depth(); i++) {
            final String block = root + "blocks." + i + ".";
            affine(block + "norm1", hidden);
            affine(block + "norm2", hidden);
            affine(block + "attn.qkv", 3 * hidden, hidden);
            affine(block + "attn.proj", hidden, hidden);
            affine(block + "mlp.linear_fc1", vision.intermediateSize(), hidden);
            affine(block + "mlp.linear_fc2", hidden, vision.intermediateSize());
        }
        final long merged = hidden * vision.mergeSize() * vision.mergeSize();
        merger(root + "merger", hidden, merged, vision.outHiddenSize());
        for (int k = 0; k < vision.deepstackIndexes().size(); k++) {
            merger(root + "deepstack_merger_list." + k, merged, merged, vision.outHiddenSize());
        }
    }

    private void merger(final String name, final long normed, final long merged, final long out) {
        affine(name + ".norm", normed);
        affine(name + ".linear_fc1", merged, merged);
        affine(name + ".linear_fc2", out, merged);
    }

    private void affine(final String name, final long... shape) {
        add(name + ".weight", shape);
        add(name + ".bias", shape[0]);
    }

    private void add(final String name, final long... shape) {
        shapes.put(name, new Shape(shape));
    }
}
