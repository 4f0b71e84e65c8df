package org.mtrljudge.model.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;

/**
 * The bytes of a tensor in a file, which begin at byte {@code start}.
 *
 * @param open the open file, which its opener closes; null: the file is opened for every reading
 */
record FileBytes(Path file, @Nullable FileChannel open, long start) implements TensorTransfer.Source {
    @Override
    public void read(final ByteBuffer target, final long from) throws IOException {
        if (open != null) {
            read(open, target, from);
            return;
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            read(in, target, from);
        }
    }

    private void read(final FileChannel in, final ByteBuffer target, final long from) throws IOException {
        long at = start + from;
        while (target.hasRemaining()) {
            final int bytes = in.read(target, at);
            if (bytes < 0) {
                throw new ModelException(file + " became shorter while it was read");
            }
            at += bytes;
        }
    }
}
