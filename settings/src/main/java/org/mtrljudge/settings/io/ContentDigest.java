package org.mtrljudge.settings.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Recognises a file or a folder at another place by its content. Of a file over 4 MiB, 64 blocks spread over the file count, because
 * the weights of a model can have many gigabytes. So it protects against a mistake, not against somebody who changes single bytes.
 */
public final class ContentDigest {
    private static final int BLOCKS = 64;
    private static final int BLOCK_BYTES = 64 << 10;

    private ContentDigest() {}

    /**
     * @param path a file, whose name does not count, or a folder, in which the names of files count
     * @param wanted which files of a folder count, by their names
     */
    public static String of(final Path path, final Predicate<String> wanted) throws IOException {
        final MessageDigest digest = Sha256.digest();
        if (Files.isDirectory(path)) {
            for (final Path file : files(path, wanted)) {
                digest.update(String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8));
                add(file, digest);
            }
        } else {
            add(path, digest);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> files(final Path folder, final Predicate<String> wanted) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> wanted.test(String.valueOf(file.getFileName())))
                    .sorted()
                    .toList();
        }
    }

    private static void add(final Path file, final MessageDigest digest) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            final long size = in.size();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, size));
            // the last block is at the end of the file; the blocks of a small file are one after the other
            final long last = Math.max(size, (long) BLOCKS * BLOCK_BYTES) - BLOCK_BYTES;
            for (int i = 0; i < BLOCKS; i++) {
                add(in, last * i / (BLOCKS - 1), digest);
            }
        }
    }

    private static void add(final FileChannel in, final long from, final MessageDigest digest) throws IOException {
        final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        while (block.hasRemaining() && in.read(block, from + block.position()) >= 0) {
            // a read may return less than a block
        }
        digest.update(block.flip());
    }
}
