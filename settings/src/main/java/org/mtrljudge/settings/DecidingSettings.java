package org.mtrljudge.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.mtrljudge.settings.io.ContentDigest;
import org.mtrljudge.settings.io.Sha256;

/**
 * The settings that decide which weights a run computes, apart from the rounding of other hardware and other micro-batches. A run cannot
 * be resumed with other values of these. All other settings may change: memory, threads, how often is saved, where data, stores and
 * brokers are.
 */
final class DecidingSettings {
    /** Digests of earlier builds have no such prefix: they included every setting, or whole sections. */
    static final String PREFIX = "deciding-2:";

    /** The digest depends on all of these, so a key that is added here makes every earlier checkpoint a checkpoint of other settings. */
    static final List<String> KEYS = List.of(
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
            "actor.model.lora.rank",
            "actor.model.lora.alpha",
            "actor.model.lora.target_modules",
            "actor.optim.lr",
            "actor.optim.weight_decay",
            "actor.optim.beta1",
            "actor.optim.beta2",
            "actor.optim.lr_warmup_steps",
            "actor.optim.lr_scheduler_type",
            "actor.optim.min_lr_ratio",
            "algorithm.adv_estimator",
            "algorithm.running_scale",
            "algorithm.kl_coef",
            "algorithm.online_filtering",
            "algorithm.rollout_is",
            "algorithm.rollout_is_threshold",
            "trainer.total_steps",
            "trainer.max_staleness",
            "trainer.val_freq",
            "trainer.val_patience",
            "trainer.seed",
            "sft.label_only",
            "sft.steps",
            "sft.batch_size",
            "sft.demos_per_task",
            "sft.lr",
            "sft.max_seconds",
            "sft.val_freq",
            "sft.val_patience",
            "reward.format_weight");

    private static final String FUNCTIONS = "reward.functions";
    private static final String SERVERS = "reward.servers";

    /** The settings that name a file or a folder. Its content decides, wherever it is. */
    static final List<String> PLACES = List.of("model", "reward.file");

    /**
     * The deciding settings that were added after {@link #KEYS}, each with the value that computes the same weights as a build without the
     * setting. With that value the digest stays as it was. A new deciding setting belongs here.
     */
    static final Map<String, Object> LATER = Map.ofEntries(
            Map.entry("data.format_prompt", NullNode.instance),
            Map.entry("data.demonstrations", NullNode.instance),
            Map.entry("data.verdicts", "[\"label\"]"),
            Map.entry("data.system_prompt", NullNode.instance),
            Map.entry("data.verdict.tags", "[\"think\",\"answer\"]"),
            Map.entry("data.verdict.pattern", NullNode.instance),
            Map.entry("data.verdict.aliases", "{}"),
            Map.entry("data.verdict.strip", "\"\""),
            Map.entry("data.verdict.last", "false"),
            Map.entry("data.per_task", "{}"),
            Map.entry("data.min_pixels", NullNode.instance),
            Map.entry("data.max_pixels", NullNode.instance),
            Map.entry("data.max_prompt_length", NullNode.instance),
            Map.entry("data.filter_overlong_prompts", "true"),
            Map.entry(FUNCTIONS, "[]"),
            Map.entry(SERVERS, "[]"));

    /** The files of a checkpoint folder that decide, not its optimiser and its notes. */
    private static final Predicate<String> MODEL_FILES = Pattern.compile(
                    "(adapter_|preprocessor_|tokenizer_|generation_)?config\\.json|chat_template\\.json|chat_template\\.jinja"
                            + "|tokenizer\\.json|(?!optimizer\\.).*\\.safetensors")
            .asMatchPredicate();

    private DecidingSettings() {}

    static String digest(final ObjectNode tree) {
        return digest(tree, LATER);
    }

    /** @param later see {@link #LATER} */
    static String digest(final ObjectNode tree, final Map<String, Object> later) {
        final Map<String, Object> values = new TreeMap<>();
        KEYS.forEach(key -> values.put(key, canonical(at(tree, key))));
        PLACES.forEach(key -> values.put(key, content(key, at(tree, key))));
        later.forEach((key, asBefore) -> {
            final JsonNode given = at(tree, key);
            final Object value = key.equals(FUNCTIONS) || key.equals(SERVERS) ? entries(given) : canonical(given);
            if (!value.toString().equals(asBefore.toString())) {
                values.put(key, value);
            }
        });
        // the place of the data may change, but not whether they are the built-in tasks
        values.put("data.file", !tree.at("/data/file").isTextual());
        return PREFIX + Sha256.of(ByteBuffer.wrap(values.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Of each function or server what decides its values, with the content of its file. */
    private static List<Object> entries(final JsonNode list) {
        final List<Object> functions = new ArrayList<>();
        for (final JsonNode entry : list) {
            final Map<String, Object> function = new TreeMap<>();
            entry.properties().forEach(part -> {
                final Object value =
                        part.getKey().equals("file") ? content(FUNCTIONS, part.getValue()) : canonical(part.getValue());
                function.put(part.getKey(), value);
            });
            GraderEntries.HOW_ASKED.forEach(function::remove);
            functions.add(function);
        }
        return functions;
    }

    private static JsonNode at(final ObjectNode tree, final String key) {
        return tree.at("/" + key.replace('.', '/'));
    }

    /** What is at the place that a setting names; the name itself where nothing is there, as with a preset. */
    private static Object content(final String key, final JsonNode place) {
        if (!place.isTextual()) {
            return canonical(place);
        }
        try {
            final Path path = Path.of(place.asText());
            return Files.exists(path) ? ContentDigest.of(path, MODEL_FILES) : place;
        } catch (final InvalidPathException e) {
            return place;
        } catch (final IOException e) {
            throw new UsageException(
                    "wrong setting: " + key + " is " + place.asText() + ", which cannot be read: " + e);
        }
    }

    /** Sorts the keys and makes 1 and 1.0 the same number. */
    private static Object canonical(final JsonNode node) {
        if (node instanceof ObjectNode object) {
            final Map<String, Object> sorted = new TreeMap<>();
            object.properties().forEach(entry -> sorted.put(entry.getKey(), canonical(entry.getValue())));
            return sorted;
        }
        return node.isNumber() ? node.asDouble() : node;
    }
}
