package org.mtrljudge.model;

import ai.djl.ndarray.NDManager;
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

/** A checkpoint folder in Hugging Face's layout: configuration, tokenizer, preprocessor and weights. */
public final class JudgeFolder {
    /** The preset that the quickstart trains: 2.2 M parameters, pretrained to describe scenes, not to judge. */
    public static final String JUDGE_TINY = "judge-tiny";

    private static final String WEIGHTS = "model.safetensors";
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
        this.config = JudgeConfig.of(json("config.json"));
        this.imageProcessor = ImageProcessor.of(json("preprocessor_config.json"));
    }

    /** Where a checkpoint's files come from. */
    private interface FileSource {
        /** @throws ModelException when there is no such file */
        byte[] read(String name);

        boolean has(String name);

        Path path(String name);
    }

    private record FolderSource(Path folder) implements FileSource {
        @Override
        public byte[] read(final String name) {
            if (!has(name)) {
                throw new ModelException(folder + " is no checkpoint folder: it has no " + name);
            }
            try {
                return Files.readAllBytes(path(name));
            } catch (final IOException e) {
                throw new ModelException(path(name) + " cannot be read: " + e.getMessage(), e);
            }
        }

        @Override
        public boolean has(final String name) {
            return Files.isRegularFile(path(name));
        }

        @Override
        public Path path(final String name) {
            return folder.resolve(name);
        }
    }

    private record PresetSource(String preset) implements FileSource {
        @Override
        public byte[] read(final String name) {
            try (InputStream in = JudgeFolder.class.getResourceAsStream("/" + path(name))) {
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
        public boolean has(final String name) {
            return JudgeFolder.class.getResource("/" + path(name)) != null;
        }

        @Override
        public Path path(final String name) {
            return Path.of(preset, name);
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

    private JsonNode json(final String name) {
        try {
            return JSON.readTree(files.get(name));
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
        final byte[] json = files.get("tokenizer.json");
        if (json == null) {
            throw new IllegalStateException("the folder was opened without tokenizer.json");
        }
        return json;
    }

    /** The checkpoint's own weights. */
    Weights readWeights(final NDManager manager) {
        return readWeights(ByteBuffer.wrap(source.read(WEIGHTS)), source.path(WEIGHTS), manager);
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
                    unfinished.resolve(WEIGHTS), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
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
