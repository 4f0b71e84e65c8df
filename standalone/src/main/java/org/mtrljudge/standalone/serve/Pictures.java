package org.mtrljudge.standalone.serve;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The pictures of requests: in the request itself, or below a folder of this machine. Nothing is fetched from elsewhere. */
final class Pictures {
    private static final int MAX_BYTES = 32 << 20;
    private static final String BASE64 = ";base64,";

    private final @Nullable Path root;

    Pictures(final @Nullable Path root) {
        this.root = root;
    }

    /**
     * Reads a picture.
     *
     * @param address a data URL in base64, or the path of a file below the folder, also as {@code file:} URL
     * @throws RequestException when it is neither, or cannot be read
     */
    byte[] read(final String address) {
        if (address.startsWith("data:")) {
            return decoded(address);
        }
        if (address.contains("://") && !address.startsWith("file://")) {
            throw new RequestException(
                    RequestException.BAD,
                    "pictures are not fetched from other servers: send the picture as data:image/…;base64,…");
        }
        return file(address.startsWith("file://") ? path(address) : address);
    }

    private static byte[] decoded(final String url) {
        final int comma = url.indexOf(BASE64);
        if (comma < 0) {
            throw new RequestException(RequestException.BAD, "a data URL of a picture has to be in base64");
        }
        try {
            return Base64.getDecoder()
                    .decode(url.substring(comma + BASE64.length()).strip());
        } catch (final IllegalArgumentException e) {
            throw new RequestException(RequestException.BAD, "a picture is not in base64: " + e.getMessage());
        }
    }

    private static String path(final String url) {
        try {
            return Path.of(URI.create(url)).toString();
        } catch (final IllegalArgumentException | FileSystemNotFoundException e) {
            throw refused(url);
        }
    }

    private byte[] file(final String name) {
        if (root == null) {
            throw new RequestException(
                    RequestException.BAD,
                    "this server reads no pictures from files (--images DIR would let it): send the picture as"
                            + " data:image/…;base64,…");
        }
        try {
            final Path real = root.toRealPath();
            // behind all links
            final Path file = real.resolve(name).toRealPath();
            if (!file.startsWith(real) || !Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                throw refused(name);
            }
            return Files.readAllBytes(file);
        } catch (final IOException | InvalidPathException e) {
            throw refused(name);
        }
    }

    /** The same answer in all cases, so that nobody finds out what else there is on this machine. */
    private static RequestException refused(final String name) {
        return new RequestException(
                RequestException.BAD,
                "the picture " + name + " is no readable file of at most " + (MAX_BYTES >> 20)
                        + " MB below the folder of --images");
    }
}
