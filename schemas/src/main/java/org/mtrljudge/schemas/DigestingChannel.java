package org.mtrljudge.schemas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Passes everything on, if to anywhere, and counts and digests it on the way. */
final class DigestingChannel implements WritableByteChannel {
    private final MessageDigest digest = Sha256.digest();
    private final WritableByteChannel next;
    private long bytes;

    DigestingChannel(final WritableByteChannel next) {
        this.next = next;
    }

    @Override
    public int write(final ByteBuffer source) throws IOException {
        final ByteBuffer passed = source.duplicate();
        final int written = next.write(source);
        digest.update(passed.limit(passed.position() + written));
        bytes += written;
        return written;
    }

    /** Of everything so far, in hexadecimal; to be asked once. */
    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    long bytes() {
        return bytes;
    }

    @Override
    public boolean isOpen() {
        return next.isOpen();
    }

    /** The next one belongs to somebody else. */
    @Override
    public void close() {}
}
