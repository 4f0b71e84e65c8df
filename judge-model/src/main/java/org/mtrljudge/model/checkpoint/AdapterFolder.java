package org.mtrljudge.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.weights.Safetensors;
import org.mtrljudge.model.weights.Weights;
import org.mtrljudge.settings.io.Mappers;

/**
 * The folder of a LoRA adapter in PEFT's layout: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * @param base the preset or checkpoint folder that the adapter belongs to
 */
public record AdapterFolder(Path folder, String base, Lora lora) {
    static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    /** @throws ModelException when the configuration contains something that is not supported */
    static AdapterFolder open(final Path folder) {
        final Path file = folder.resolve(CONFIG);
        final JsonNode config = CheckpointFiles.json(file);
        refuse(file, config, "peft_type", config.path("peft_type").asText().equals("LORA"));
        refuse(file, config, "bias", config.path("bias").asText("none").equals("none"));
        for (final String key : List.of("use_dora", "use_rslora", "fan_in_fan_out")) {
            refuse(file, config, key, !config.path(key).asBoolean(false));
        }
        for (final String key : List.of("modules_to_save", "rank_pattern", "alpha_pattern", "target_parameters")) {
            refuse(file, config, key, config.path(key).isEmpty());
        }
        final List<String> targets = new ArrayList<>();
        final JsonNode named = config.path("target_modules");
        if (named.isTextual()) {
            targets.add(named.asText());
        }
        named.forEach(t -> targets.add(t.asText()));
        final Lora lora =
                new Lora(config.path("r").asInt(), config.path("lora_alpha").asDouble(), targets);
        final String base = config.path("base_model_name_or_path").asText();
        if (base.isBlank()) {
            throw new ModelException(file + ": 'base_model_name_or_path' is missing: name the folder or the preset");
        }
        return new AdapterFolder(folder, CheckpointFiles.path(base, file).toString(), lora);
    }

    private static void refuse(final Path file, final JsonNode config, final String key, final boolean fine) {
        if (!fine) {
            throw new ModelException(file + ": '" + key + "' is " + config.path(key) + ", which is not supported");
        }
    }

    /**
     * Reads the adapter's tensors.
     *
     * @throws ModelException when they are missing or do not fit the architecture
     */
    SortedMap<String, Safetensors.Tensor> read(final JudgeConfig config) {
        final Path file = folder.resolve(WEIGHTS);
        if (!Files.isRegularFile(file)) {
            throw new ModelException(folder + " is not an adapter folder: it has no " + WEIGHTS);
        }
        final SortedMap<String, Safetensors.Tensor> tensors = Safetensors.read(file);
        Safetensors.check(tensors, lora.shapes(config), file);
        return tensors;
    }

    /** Writes the files of an adapter into a new folder. */
    static void writeTo(
            final NewFolder made, final String base, final Lora lora, final JudgeConfig config, final Weights weights)
            throws IOException {
        writeConfig(made, base, lora, config);
        made.write(WEIGHTS, out -> weights.writeTo(out, weights.type()));
    }

    /**
     * Writes an adapter folder in PEFT's layout, from which another program loads it.
     *
     * @param base the folder or name of the model that the adapter belongs to
     * @param safetensors the weights as a safetensors image of a policy
     * @throws ModelException when the folder cannot be written
     */
    public static void write(
            final Path to, final String base, final Lora lora, final JudgeConfig config, final ByteBuffer safetensors) {
        try (NewFolder made = NewFolder.inPlaceOf(to)) {
            writeConfig(made, base, lora, config);
            made.write(WEIGHTS, out -> {
                final ByteBuffer left = safetensors.duplicate();
                while (left.hasRemaining()) {
                    out.write(left);
                }
            });
            made.finish();
        } catch (final IOException e) {
            throw new ModelException("the adapter " + to + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void writeConfig(final NewFolder made, final String base, final Lora lora, final JudgeConfig config)
            throws IOException {
        final ObjectNode json = Mappers.JSON.createObjectNode();
        json.put("peft_type", "LORA").put("task_type", "CAUSAL_LM").put("base_model_name_or_path", base);
        json.put("r", lora.rank()).put("lora_alpha", lora.alpha()).put("lora_dropout", 0.0);
        json.set(
                "target_modules", Mappers.JSON.valueToTree(lora.resolved(config).targetModules()));
        json.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true);
        made.write(CONFIG, Mappers.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }
}
