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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A checkpoint folder in Hugging Face's layout: configuration, tokenizer, preprocessor and, unless it is a preset, weights. */
public final class JudgeFolder {
    /** The preset of 1–5 M parameters that the quickstart trains. */
    public static final String JUDGE_TINY = "judge-tiny";

    private static final String WEIGHTS = "model.safetensors";
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final @Nullable Path path;
    private final JudgeConfig config;
    private final ImageProcessor imageProcessor;

    private JudgeFolder(final @Nullable Path path, final FileSource source) {
        this.path = path;
        for (final String name : new String[] {"config.json", "preprocessor_config.json", "tokenizer.json"}) {
            files.put(name, source.read(name));
        }
        this.config = JudgeConfig.of(json("config.json"));
        this.imageProcessor = ImageProcessor.of(json("preprocessor_config.json"));
    }

    private interface FileSource {
        byte[] read(String name);
    }

    /** A preset from the class path; it has no weights yet. */
    public static JudgeFolder preset(final String preset) {
        return new JudgeFolder(null, name -> {
            try (InputStream in = JudgeFolder.class.getResourceAsStream("/" + preset + "/" + name)) {
                if (in == null) {
                    throw new ModelException(
                            "there is no preset '" + preset + "' (no " + name + "); known: " + JUDGE_TINY);
                }
                return in.readAllBytes();
            } catch (final IOException e) {
                throw new ModelException("the preset " + preset + " cannot be read", e);
            }
        });
    }

    /** @throws ModelException when a file is missing or wrong; the message names it */
    public static JudgeFolder open(final Path folder) {
        return new JudgeFolder(folder, name -> {
            final Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new ModelException(folder + " is no checkpoint folder: it has no " + name);
            }
            try {
                return Files.readAllBytes(file);
            } catch (final IOException e) {
                throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
            }
        });
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

    /** Whether there are weights to read, or only an architecture. */
    public boolean hasWeights() {
        return path != null;
    }

    Weights readWeights(final NDManager manager) {
        if (path == null) {
            throw new ModelException("a preset has no weights; train it, or give a checkpoint folder");
        }
        final Path file = path.resolve(WEIGHTS);
        try (FileChannel channel = FileChannel.open(file)) {
            return readWeights(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()), file, manager);
        } catch (final IOException e) {
            throw new ModelException(
                    file + " cannot be read: " + e.getMessage() + "; a checkpoint needs " + WEIGHTS, e);
        }
    }

    Weights readWeights(final ByteBuffer safetensors, final Path origin, final NDManager manager) {
        return Weights.of(Safetensors.read(safetensors, TensorShapes.of(config), origin), manager);
    }

    /** Writes next to the target first and renames, so that a checkpoint is whole or not there. */
    void save(final Path to, final Weights weights) {
        final Path unfinished = to.resolveSibling(to.getFileName() + ".unfinished");
        try {
            deleteFolder(unfinished);
            Files.createDirectories(unfinished);
            for (final Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(unfinished.resolve(file.getKey()), file.getValue());
            }
            try (FileChannel out = FileChannel.open(
                    unfinished.resolve(WEIGHTS), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                final ByteBuffer bytes = weights.toSafetensors();
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
