package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** Where policies lie that are too big for the log. Their manifests carry a URI of this place. */
public interface PolicyStore extends AutoCloseable {

    /** A policy's safetensors image. */
    interface Content {
        void writeTo(WritableByteChannel out) throws IOException;

        /** The SHA-256 of content of any size, which is kept nowhere; in hexadecimal. */
        static String sha256(final Content content) throws IOException {
            final DigestingChannel sink = new DigestingChannel(new DigestingChannel.Nowhere());
            content.writeTo(sink);
            return sink.sha256();
        }
    }

    /**
     * The store of a setting: {@code file:/FOLDER} or {@code s3://BUCKET/PREFIX}. An S3-compatible server's address and the
     * credentials come from the AWS SDK's own environment variables and files.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static PolicyStore at(final String uri) {
        if (uri.startsWith(S3PolicyStore.SCHEME)) {
            return new S3PolicyStore(uri, S3PolicyStore.defaultClient());
        }
        if (uri.startsWith(FilePolicyStore.SCHEME)) {
            return new FilePolicyStore(uri);
        }
        throw new IllegalArgumentException(
                "'" + uri + "' is no place for policies: file:/FOLDER and s3://BUCKET/PREFIX are");
    }

    /**
     * Stores an image; it is there whole or not at all.
     *
     * @param name unique in the store
     * @return its URI and digest
     */
    Stored put(String name, Content content) throws IOException;

    /** @param sha256 of the image */
    record Stored(String uri, String sha256, long bytes) {}

    /**
     * An image as a local file, which may be a copy in the folder.
     *
     * @throws IllegalArgumentException when the URI is not of this store
     */
    Path fetch(String uri, Path folder) throws IOException;

    /** Removes an image, if it is there. */
    void delete(String uri) throws IOException;

    @Override
    default void close() {}
}
