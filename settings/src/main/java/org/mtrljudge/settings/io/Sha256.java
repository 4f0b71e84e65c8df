package org.mtrljudge.settings.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes the digests that identify images, chunks, weights, settings and prepared files. */
public final class Sha256 {
    private static final int PIECE_BYTES = 1 << 20;

    private Sha256() {}

    /** A new digest, for content that arrives in pieces. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    /** The SHA-256 of bytes, in hexadecimal. The position of the buffer does not change. */
    public static String of(final ByteBuffer bytes) {
        final MessageDigest digest = digest();
        digest.update(bytes.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The SHA-256 of a file, in hexadecimal. */
    public static String of(final Path file) throws IOException {
        final MessageDigest digest = digest();
        final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(piece) >= 0) {
                digest.update(piece.flip());
                piece.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
