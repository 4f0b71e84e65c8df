package org.mtrljudge.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mtrljudge.settings.io.Sha256;

/**
 * The settings that decide which weights a run computes, apart from the rounding of other hardware and other micro-batches. A run cannot
 * be resumed with other values of these. All other settings may change: memory, threads, how often is saved, where data, stores and
 * brokers are.
 */
final class DecidingSettings {
    /** Digests of earlier builds, which included every setting, have no such prefix. */
    static final String PREFIX = "deciding:";

    /** A section stands for all its settings. */
    static final List<String> KEYS = List.of(
            "model",
            "data.seed",
            "data.train_size",
            "data.validation_size",
            "data.test_size",
            "data.train_tasks",
            "data.mixing",
            "data.mixing_temperature",
            "data.task_weights",
            "data.rollout_batch_size",
            "data.max_response_length",
            "rollout.n",
            "rollout.temperature",
            "rollout.top_p",
            "actor.global_batch_size",
            "actor.clip_ratio_low",
            "actor.clip_ratio_high",
            "actor.loss_avg_mode",
            "actor.max_grad_norm",
            "actor.model.dtype",
            "actor.model.lora",
            "actor.optim",
            "algorithm",
            "trainer.total_steps",
            "trainer.max_staleness",
            "trainer.val_freq",
            "trainer.val_patience",
            "trainer.seed",
            "sft",
            "reward.format_weight",
            "reward.file");

    private DecidingSettings() {}

    static String digest(final ObjectNode tree) {
        final Map<String, Object> values = new TreeMap<>();
        KEYS.forEach(key -> values.put(key, canonical(tree.at("/" + key.replace('.', '/')))));
        // the place of the data may change, but not whether they are the built-in tasks
        values.put("data.file", !tree.at("/data/file").isTextual());
        return PREFIX + Sha256.of(ByteBuffer.wrap(values.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Sorts the keys, and makes 1 and 1.0 the same number. */
    private static Object canonical(final JsonNode node) {
        if (node instanceof ObjectNode object) {
            final Map<String, Object> sorted = new TreeMap<>();
            object.properties().forEach(entry -> sorted.put(entry.getKey(), canonical(entry.getValue())));
            return sorted;
        }
        return node.isNumber() ? node.asDouble() : node;
    }
}
