package org.mtrljudge.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.PromptLimits;
import org.mtrljudge.model.config.TensorShapes;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.ChatTemplate;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.model.input.JudgeTokenizer;
import org.mtrljudge.model.input.PromptEncoder;
import org.mtrljudge.model.weights.JudgeWeights;
import org.mtrljudge.model.weights.Safetensors;
import org.mtrljudge.model.weights.Weights;
import org.mtrljudge.settings.io.Mappers;

/** A checkpoint folder in the layout of Hugging Face: configuration, tokenizer, image preprocessor and weights. */
public final class JudgeFolder {
    /** The preset that the quickstart trains: 2.2 M parameters. It follows instructions. */
    public static final String JUDGE_TINY = "judge-tiny";

    static final String CONFIG = "config.json";
    private static final List<String> NEEDED = List.of(CONFIG, FileSource.PREPROCESSOR, "tokenizer.json");
    /** Files that a checkpoint made from this one gets too, so that it can be used wherever this one can. */
    private static final List<String> KEPT = List.of(
            ChatFiles.TEMPLATE,
            "chat_template.json",
            "tokenizer_config.json",
            "generation_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "processor_config.json",
            "video_preprocessor_config.json");

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final String name;
    private final FileSource source;
    private final @Nullable AdapterFolder adapter;
    private final JudgeConfig config;
    private final ImageProcessor imageProcessor;
    private final Set<Integer> stopTokens;
    private final int maxPromptLength;

    private JudgeFolder(final String name, final FileSource source, final @Nullable AdapterFolder adapter) {
        this(name, source, adapter, Integer.MAX_VALUE);
    }

    private JudgeFolder(
            final String name,
            final FileSource source,
            final @Nullable AdapterFolder adapter,
            final int maxPromptLength) {
        this.maxPromptLength = maxPromptLength;
        this.name = name;
        this.source = source;
        this.adapter = adapter;
        NEEDED.forEach(file -> files.put(file, source.read(file)));
        KEPT.forEach(file -> {
            final byte[] content = source.find(file);
            if (content != null) {
                files.put(file, content);
            }
        });
        this.config = config(name, file(CONFIG));
        this.stopTokens = new ChatFiles(files::get).stopTokens(config.eosTokenId());
        this.imageProcessor = ImageProcessor.of(json(FileSource.PREPROCESSOR, file(FileSource.PREPROCESSOR)));
        if (imageProcessor.patchSize() != config.vision().patchSize()
                || imageProcessor.mergeSize() != config.vision().mergeSize()
                || imageProcessor.temporalPatchSize() != config.vision().temporalPatchSize()) {
            throw new ModelException(
                    name + ": preprocessor_config.json and config.json differ in the sizes of patches");
        }
    }

    /** The same checkpoint with other limits of prompts. */
    public JudgeFolder within(final PromptLimits limits) {
        return new JudgeFolder(
                name,
                limits.keepsPictures() ? source : new FileSource.Limited(source, limits),
                adapter,
                limits.maxPromptLength() == null ? Integer.MAX_VALUE : limits.maxPromptLength());
    }

    /** Opens a preset on the class path. */
    public static JudgeFolder preset(final String preset) {
        return new JudgeFolder(preset, new FileSource.OnClassPath(preset), null);
    }

    /**
     * Opens a checkpoint folder or an adapter folder. The configuration of an adapter names its base model.
     *
     * @throws ModelException when a file is missing or wrong. The message names the file
     */
    public static JudgeFolder open(final Path folder) {
        if (!isAdapter(folder)) {
            return new JudgeFolder(folder.toString(), new FileSource.InFolder(folder), null);
        }
        final AdapterFolder adapter = AdapterFolder.open(folder);
        final Path base = Path.of(adapter.base());
        if (isAdapter(base)) {
            throw new ModelException(folder + " is an adapter of " + base + ", which is an adapter itself");
        }
        final FileSource under =
                Files.isDirectory(base) ? new FileSource.InFolder(base) : new FileSource.OnClassPath(adapter.base());
        return new JudgeFolder(
                adapter.base(), new FileSource.UnderAdapter(under, new FileSource.InFolder(folder)), adapter);
    }

    /** Whether a folder contains an adapter and not a whole judge. */
    public static boolean isAdapter(final Path folder) {
        return Files.isRegularFile(folder.resolve(AdapterFolder.CONFIG));
    }

    /** Opens the folder of that name if it exists, otherwise the preset of that name. */
    public static JudgeFolder named(final String model) {
        return Files.isDirectory(Path.of(model)) ? open(Path.of(model)) : preset(model);
    }

    /**
     * Reads only the configuration, which is enough to compute the size of the model.
     *
     * @param model a folder or a preset
     * @throws ModelException when {@code config.json} is missing or wrong
     */
    public static JudgeConfig config(final String model) {
        final Path folder = Path.of(model);
        if (isAdapter(folder)) {
            return open(folder).config;
        }
        final FileSource source =
                Files.isDirectory(folder) ? new FileSource.InFolder(folder) : new FileSource.OnClassPath(model);
        return config(model, source.read(CONFIG));
    }

    private static JudgeConfig config(final String name, final byte[] content) {
        try {
            return JudgeConfig.of(json(CONFIG, content));
        } catch (final ModelException e) {
            throw new ModelException(name + "/" + e.getMessage(), e);
        }
    }

    private static JsonNode json(final String name, final byte[] content) {
        try {
            return Mappers.JSON.readTree(content);
        } catch (final IOException e) {
            throw new ModelException(name + " is not JSON: " + e.getMessage(), e);
        }
    }

    public JudgeConfig config() {
        return config;
    }

    /** The folder or the preset; for the folder of an adapter, that of its base model. */
    public String name() {
        return name;
    }

    public ImageProcessor imageProcessor() {
        return imageProcessor;
    }

    public byte[] tokenizerJson() {
        return file("tokenizer.json");
    }

    /**
     * The chat template of this checkpoint. A checkpoint without one gets the template of the preset, which only marks the turns.
     *
     * @throws ModelException when the checkpoint has a template that cannot be used
     */
    public ChatTemplate chatTemplate() {
        final byte[] plain = new FileSource.OnClassPath(JUDGE_TINY).read(ChatFiles.TEMPLATE);
        return new ChatFiles(files::get).template(new String(plain, StandardCharsets.UTF_8));
    }

    /**
     * The encoder of prompts within the limits of this folder.
     *
     * @param tokenizer that of {@link #tokenizerJson}
     */
    public PromptEncoder promptEncoder(final JudgeTokenizer tokenizer) {
        return new PromptEncoder(config, imageProcessor, tokenizer, chatTemplate(), maxPromptLength);
    }

    /** The tokens that end a completion: that of {@code config.json}, and those of {@code generation_config.json}. */
    public Set<Integer> stopTokens() {
        return stopTokens;
    }

    private byte[] file(final String name) {
        return Objects.requireNonNull(files.get(name), name);
    }

    /**
     * Returns the options with the adapter that is trained. In the folder of an adapter this is always the adapter of the folder.
     *
     * @throws ModelException when the options name another adapter
     */
    public ModelOptions resolved(final ModelOptions options) {
        final Lora wanted = options.lora();
        if (adapter == null) {
            return options;
        }
        if (wanted != null && !wanted.resolved(config).equals(adapter.lora().resolved(config))) {
            throw new ModelException("the adapter " + adapter.folder() + " is " + adapter.lora()
                    + ", but the settings ask for " + wanted
                    + ": leave actor.model.lora.rank at 0 to continue with the adapter as it is");
        }
        return new ModelOptions(options.device(), options.dtype(), adapter.lora(), options.gradientCheckpointing());
    }

    /** The weights of the base model. Their names and shapes are checked; their bytes are read later. */
    public SortedMap<String, Safetensors.Tensor> tensors() {
        return source.readTensors(TensorShapes.of(config));
    }

    /**
     * Returns the weights of the adapter in this folder, checked but not read yet; null for the folder of a whole judge.
     *
     * @param judge the architecture that they have to fit
     * @throws ModelException when they do not fit
     */
    public @Nullable SortedMap<String, Safetensors.Tensor> adapterTensors(final JudgeConfig judge) {
        return adapter == null ? null : adapter.read(judge);
    }

    /**
     * Writes a checkpoint with other weights into a new folder: of a whole judge, or of an adapter alone. Both get the small files of this
     * folder, so that a program that reads prompts needs no other folder.
     *
     * @param type the number type of a whole judge's weights in the file; an adapter keeps its own
     */
    public void writeTo(final NewFolder made, final JudgeWeights weights, final WeightType type) throws IOException {
        final Lora lora = weights.lora();
        if (lora == null) {
            writeWhole(made, weights.base(), type);
            return;
        }
        for (final Map.Entry<String, byte[]> file : files.entrySet()) {
            // a folder with this file is a whole judge for other programs
            if (!file.getKey().equals(CONFIG)) {
                made.write(file.getKey(), file.getValue());
            }
        }
        AdapterFolder.writeTo(made, name, lora, config, weights.policy());
    }

    /** Writes the checkpoint of a whole judge, with the files of this folder and other weights. */
    void writeWhole(final NewFolder made, final Weights weights, final WeightType type) throws IOException {
        for (final Map.Entry<String, byte[]> file : files.entrySet()) {
            made.write(file.getKey(), file.getValue());
        }
        WeightFiles.write(made, weights, type, WeightFiles.MAX_FILE_BYTES);
    }
}
