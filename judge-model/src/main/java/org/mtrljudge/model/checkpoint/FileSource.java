package org.mtrljudge.model.checkpoint;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.PromptLimits;
import org.mtrljudge.model.weights.Safetensors;

/** The source of a checkpoint's files. */
sealed interface FileSource {
    String PREPROCESSOR = "preprocessor_config.json";

    /** The content of a file; null where there is none. */
    byte @Nullable [] find(String name);

    /** @throws ModelException when the file does not exist */
    byte[] read(String name);

    /** @throws ModelException when the weights are missing or not the expected ones */
    SortedMap<String, Safetensors.Tensor> readTensors(SortedMap<String, Shape> expected);

    record InFolder(Path folder) implements FileSource {
        @Override
        public byte @Nullable [] find(final String name) {
            final Path file = folder.resolve(name);
            return Files.isRegularFile(file) ? CheckpointFiles.bytes(file) : null;
        }

        @Override
        public byte[] read(final String name) {
            final byte[] content = find(name);
            if (content == null) {
                throw new ModelException(folder + " is not a checkpoint folder: it has no " + name);
            }
            return content;
        }

        @Override
        public SortedMap<String, Safetensors.Tensor> readTensors(final SortedMap<String, Shape> expected) {
            return WeightFiles.read(folder, expected);
        }
    }

    record OnClassPath(String preset) implements FileSource {
        @Override
        public byte @Nullable [] find(final String name) {
            try (InputStream in = FileSource.class.getResourceAsStream("/" + preset + "/" + name)) {
                return in == null ? null : in.readAllBytes();
            } catch (final IOException e) {
                throw new ModelException("the preset " + preset + " cannot be read", e);
            }
        }

        @Override
        public byte[] read(final String name) {
            final byte[] content = find(name);
            if (content == null) {
                throw new ModelException("there is no preset and no folder '" + preset + "'; the preset is called "
                        + JudgeFolder.JUDGE_TINY);
            }
            return content;
        }

        @Override
        public SortedMap<String, Safetensors.Tensor> readTensors(final SortedMap<String, Shape> expected) {
            final Path origin = Path.of(preset, WeightFiles.SINGLE);
            return Safetensors.read(ByteBuffer.wrap(read(WeightFiles.SINGLE)), expected, origin);
        }
    }

    /** An adapter's base, with the small files that lie beside the adapter: so that it is asked as it was trained. */
    record UnderAdapter(FileSource base, FileSource adapter) implements FileSource {
        @Override
        public byte @Nullable [] find(final String name) {
            final byte[] own = name.equals(JudgeFolder.CONFIG) ? null : adapter.find(name);
            return own == null ? base.find(name) : own;
        }

        @Override
        public byte[] read(final String name) {
            final byte[] own = find(name);
            return own == null ? base.read(name) : own;
        }

        @Override
        public SortedMap<String, Safetensors.Tensor> readTensors(final SortedMap<String, Shape> expected) {
            return base.readTensors(expected);
        }
    }

    /** A checkpoint whose pictures have other limits. */
    record Limited(FileSource whole, PromptLimits limits) implements FileSource {
        @Override
        public byte @Nullable [] find(final String name) {
            final byte[] content = whole.find(name);
            return content == null || !name.equals(PREPROCESSOR) ? content : limits.put(content);
        }

        @Override
        public byte[] read(final String name) {
            final byte[] content = whole.read(name);
            return name.equals(PREPROCESSOR) ? limits.put(content) : content;
        }

        @Override
        public SortedMap<String, Safetensors.Tensor> readTensors(final SortedMap<String, Shape> expected) {
            return whole.readTensors(expected);
        }
    }
}
