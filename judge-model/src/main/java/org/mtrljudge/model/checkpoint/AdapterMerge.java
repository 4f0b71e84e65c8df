package org.mtrljudge.model.checkpoint;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.Devices;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.weights.JudgeWeights;
import org.mtrljudge.model.weights.Safetensors;

/** Makes a whole judge of a LoRA adapter and its base model: any program that can use the base model can use the result. */
public final class AdapterMerge {
    private static final String CARD = "README.md";
    private static final String MERGED =
            "\nThis folder has the adapter merged into its base model (`./judge model merge`).\n";

    private AdapterMerge() {}

    /**
     * Writes the merged judge with all files of the base model.
     *
     * @param adapter the folder of the adapter; its configuration names the base model
     * @param type the number type of the result, F32 or BF16; null: that of the base model's files
     * @return the number type of the result
     * @throws ModelException when the folder is not that of an adapter, or a file is missing or wrong
     */
    public static WeightType merge(final Path adapter, final Path to, final @Nullable WeightType type) {
        if (!JudgeFolder.isAdapter(adapter)) {
            throw new ModelException(adapter + " is not the folder of an adapter: it has no " + AdapterFolder.CONFIG);
        }
        final JudgeFolder folder = JudgeFolder.open(adapter);
        final SortedMap<String, Safetensors.Tensor> base = folder.tensors();
        final WeightType written = type == null ? typeOf(base.values()) : type;
        final ModelOptions options = new ModelOptions("cpu", written, null, false);
        final Lora lora =
                Objects.requireNonNull(folder.resolved(options).lora(), "an adapter folder without an adapter");
        try (JudgeModule module = new JudgeModule();
                NDManager manager = NDManager.newBaseManager(Devices.named(options.device()), "PyTorch");
                NewFolder made = NewFolder.inPlaceOf(to)) {
            final JudgeWeights weights =
                    new JudgeWeights(folder.config(), options, base, new TreeMap<>(), module, manager);
            weights.merge(lora, adapterTensors(folder));
            folder.writeWhole(made, weights.base(), written);
            copyCard(adapter, made);
            made.finish();
        } catch (final IOException e) {
            throw new ModelException("the merged judge " + to + " cannot be written: " + e.getMessage(), e);
        }
        return written;
    }

    /** The card of the adapter says what the merged judge is, too. Only the library that loads it is another. */
    private static void copyCard(final Path adapter, final NewFolder made) throws IOException {
        final Path card = adapter.resolve(CARD);
        if (Files.isRegularFile(card)) {
            final String text = new String(CheckpointFiles.bytes(card), StandardCharsets.UTF_8);
            made.write(
                    CARD,
                    (text.replaceFirst("(?m)^library_name: \"?peft\"?$", "library_name: transformers") + MERGED)
                            .getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The common type of the tensors; F32 where they differ or have a type that is not written. */
    private static WeightType typeOf(final Collection<Safetensors.Tensor> tensors) {
        final Set<WeightType> types =
                tensors.stream().map(Safetensors.Tensor::type).collect(Collectors.toSet());
        return types.equals(Set.of(WeightType.BF16)) ? WeightType.BF16 : WeightType.F32;
    }

    private static SortedMap<String, Safetensors.Tensor> adapterTensors(final JudgeFolder folder) {
        final SortedMap<String, Safetensors.Tensor> own = folder.adapterTensors(folder.config());
        if (own == null) {
            throw new IllegalStateException("an adapter folder without an adapter");
        }
        return own;
    }
}
