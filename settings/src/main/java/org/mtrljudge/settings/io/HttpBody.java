package org.mtrljudge.settings.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Reads the bodies of HTTP answers. The time-out of an HTTP request ends with its headers; a body could grow, or wait, for ever. */
public final class HttpBody {
    private HttpBody() {}

    /**
     * Reads a body to its end and closes it.
     *
     * @param maxBytes the largest body that is accepted
     * @param limit the time that the body may take
     * @throws IOException when the body is larger, takes longer, or breaks off
     */
    public static byte[] read(final InputStream body, final int maxBytes, final Duration limit) throws IOException {
        // closing a body from another thread ends a read that waits for it
        final CompletableFuture<Void> end = CompletableFuture.runAsync(
                () -> close(body), CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS));
        try (body) {
            final byte[] bytes = body.readNBytes(maxBytes);
            if (bytes.length == maxBytes && body.read() >= 0) {
                throw new IOException("the answer is larger than " + maxBytes + " bytes");
            }
            return bytes;
        } catch (final IOException e) {
            throw end.isDone() ? new IOException("the answer did not end within " + limit.toSeconds() + " s", e) : e;
        } finally {
            end.cancel(false);
        }
    }

    private static void close(final InputStream body) {
        try {
            body.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
