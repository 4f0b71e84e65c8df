package org.mtrljudge.model.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.mtrljudge.model.config.ModelException;

/** The bytes of a tensor in a file, which begin at byte {@code start}. */
record FileBytes(Path file, long start) implements TensorTransfer.Source {
    @Override
    public void read(final ByteBuffer target, final long from) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
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
}
