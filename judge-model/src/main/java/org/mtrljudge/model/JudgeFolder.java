package org.mtrljudge.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;

/** A checkpoint folder in Hugging Face's layout: configuration, tokenizer, preprocessor and weights. */
public final class JudgeFolder {
    /** The preset that the quickstart trains: 2.2 M parameters, pretrained to describe scenes, not to judge. */
    public static final String JUDGE_TINY = "judge-tiny";

    private static final ObjectMapper JSON = new ObjectMapper();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final FileSource source;
    private final JudgeConfig config;
    private final ImageProcessor imageProcessor;

    private JudgeFolder(final FileSource source) {
        this.source = source;
        for (final String name : List.of("config.json", "preprocessor_config.json", "tokenizer.json")) {
            files.put(name, source.read(name));
        }
        this.config = JudgeConfig.of(json("config.json", file("config.json")));
        this.imageProcessor = ImageProcessor.of(json("preprocessor_config.json", file("preprocessor_config.json")));
    }

    /** Where a checkpoint's files come from. */
    private interface FileSource {
        /** @throws ModelException when there is no such file */
        byte[] read(String name);

        /** @throws ModelException when the weights are not there or not as expected */
        SortedMap<String, Safetensors.Tensor> readTensors(SortedMap<String, Shape> expected);
    }

    private record FolderSource(Path folder) implements FileSource {
        @Override
        public byte[] read(final String name) {
            final Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new ModelException(folder + " is no checkpoint folder: it has no " + name);
            }
            try {
                return Files.readAllBytes(file);
            } catch (final IOException e) {
                throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
            }
        }

        @Override
        public SortedMap<String, Safetensors.Tensor> readTensors(final SortedMap<String, Shape> expected) {
            return WeightFiles.read(folder, expected);
        }
    }

    private record PresetSource(String preset) implements FileSource {
        @Override
        public byte[] read(final String name) {
            try (InputStream in = JudgeFolder.class.getResourceAsStream("/" + preset + "/" + name)) {
                if (in == null) {
                    throw new ModelException(
                            "there is no preset and no folder '" + preset + "'; the preset is called " + JUDGE_TINY);
                }
                return in.readAllBytes();
            } catch (final IOException e) {
                throw new ModelException("the preset " + preset + " cannot be read", e);
            }
        }

        @Override
        public SortedMap<String, Safetensors.Tensor> readTensors(final SortedMap<String, Shape> expected) {
            final Path origin = Path.of(preset, WeightFiles.SINGLE);
            return Safetensors.read(ByteBuffer.wrap(read(WeightFiles.SINGLE)), expected, origin);
        }
    }

    /** A preset from the class path. */
    public static JudgeFolder preset(final String preset) {
        return new JudgeFolder(new PresetSource(preset));
    }

    /** @throws ModelException when a file is missing or wrong; the message names it */
    public static JudgeFolder open(final Path folder) {
        return new JudgeFolder(new FolderSource(folder));
    }

    /**
     * Reads a folder's configuration alone: enough to tell the model's size.
     *
     * @throws ModelException when {@code config.json} is missing or wrong
     */
    public static JudgeConfig config(final Path folder) {
        return JudgeConfig.of(json("config.json", new FolderSource(folder).read("config.json")));
    }

    private static JsonNode json(final String name, final byte[] content) {
        try {
            return JSON.readTree(content);
        } catch (final IOException e) {
            throw new ModelException(name + " is not JSON: " + e.getMessage(), e);
        }
    }

    public JudgeConfig config() {
        return config;
    }

    public ImageProcessor imageProcessor() {
        return imageProcessor;
    }

    byte[] tokenizerJson() {
        return file("tokenizer.json");
    }

    private byte[] file(final String name) {
        return Objects.requireNonNull(files.get(name), name);
    }

    /** The checkpoint's own weights. */
    Weights readWeights(final NDManager manager) {
        return Weights.of(source.readTensors(TensorShapes.of(config)), manager);
    }

    Weights readWeights(final ByteBuffer safetensors, final Path origin, final NDManager manager) {
        return Weights.of(Safetensors.read(safetensors, TensorShapes.of(config), origin), manager);
    }

    /** Writes next to the target first and renames, so that a checkpoint is whole or not there. */
    void save(final Path to, final Weights weights, final WeightType type) {
        final Path unfinished = to.resolveSibling(to.getFileName() + ".unfinished");
        try {
            deleteFolder(unfinished);
            Files.createDirectories(unfinished);
            for (final Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(unfinished.resolve(file.getKey()), file.getValue());
            }
            try (FileChannel out = FileChannel.open(
                    unfinished.resolve(WeightFiles.SINGLE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                final ByteBuffer bytes = weights.toSafetensors(type);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            deleteFolder(to);
            Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (final IOException e) {
            throw new ModelException("the checkpoint " + to + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void deleteFolder(final Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (var entries = Files.newDirectoryStream(folder)) {
                for (final Path entry : entries) {
                    Files.delete(entry);
                }
            }
            Files.delete(folder);
        }
    }
}
