package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.mtrljudge.settings.io.Sha256;

/** Passes all bytes to the next channel, and counts and digests them. */
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

    /** The SHA-256 of all bytes written so far, in hexadecimal. Call it only once. */
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

    /** Does not close the next channel: whoever opened it closes it. */
    @Override
    public void close() {}

    /** A channel that discards all bytes. */
    static final class Nowhere implements WritableByteChannel {
        @Override
        public int write(final ByteBuffer source) {
            final int bytes = source.remaining();
            source.position(source.limit());
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
