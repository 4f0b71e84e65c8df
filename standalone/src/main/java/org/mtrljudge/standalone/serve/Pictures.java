package org.mtrljudge.standalone.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.DataRoot;

/** The pictures of requests: in the request itself, or below a folder of this machine. Nothing is fetched from elsewhere. */
final class Pictures {
    private static final int MAX_BYTES = 32 << 20;
    private static final String BASE64 = ";base64,";

    private final @Nullable DataRoot root;

    /** @param root the folder below which requests may name pictures; null: they may not */
    Pictures(final @Nullable Path root) {
        this.root = root == null ? null : new DataRoot(root, MAX_BYTES);
    }

    /**
     * Reads a picture.
     *
     * @param address a data URL in base64, or the path of a file below the folder
     * @throws RequestException when it is neither, or there is no such file
     * @throws UncheckedIOException when the disk fails, so that nothing is known about the picture
     */
    byte[] read(final String address) {
        if (address.startsWith("data:")) {
            return decoded(address);
        }
        if (address.contains("://")) {
            throw RequestException.bad(
                    "pictures are not fetched from other servers: send the picture as data:image/…;base64,…");
        }
        if (root == null) {
            throw RequestException.bad(
                    "this server reads no pictures from files (--images DIR would let it): send the picture as"
                            + " data:image/…;base64,…");
        }
        try {
            return root.read(address);
        } catch (final IllegalArgumentException e) {
            // the same answer in all cases, so that nobody finds out what else there is on this machine
            throw RequestException.bad("the picture " + address + " is no readable file of at most " + (MAX_BYTES >> 20)
                    + " MB below the folder of --images");
        } catch (final IOException e) {
            throw new UncheckedIOException("the folder of --images cannot be read", e);
        }
    }

    private static byte[] decoded(final String url) {
        final int comma = url.indexOf(BASE64);
        if (comma < 0) {
            throw RequestException.bad("a data URL of a picture has to be in base64");
        }
        try {
            return Base64.getDecoder()
                    .decode(url.substring(comma + BASE64.length()).strip());
        } catch (final IllegalArgumentException e) {
            throw RequestException.bad("a picture is not in base64: " + e.getMessage());
        }
    }
}
