package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** Stores the policies that are too large for the log. Their manifests contain a URI in this store. */
public interface PolicyStore extends AutoCloseable {

    /** The safetensors image of a policy. */
    interface Content {
        void writeTo(WritableByteChannel out) throws IOException;

        /** The SHA-256 of content of any size, in hexadecimal. The content is not kept in memory. */
        static String sha256(final Content content) throws IOException {
            final DigestingChannel sink = new DigestingChannel(new DigestingChannel.Nowhere());
            content.writeTo(sink);
            return sink.sha256();
        }
    }

    /**
     * The store at {@code file:/FOLDER} or {@code s3://BUCKET/PREFIX}. The AWS SDK reads the address of an S3-compatible server and the
     * credentials from its own environment variables and files.
     *
     * @throws IllegalArgumentException when the URI has neither form
     */
    static PolicyStore at(final String uri) {
        if (uri.startsWith(S3PolicyStore.SCHEME)) {
            return new S3PolicyStore(uri, S3PolicyStore.defaultClient());
        }
        if (uri.startsWith(FilePolicyStore.SCHEME)) {
            return new FilePolicyStore(uri);
        }
        throw new IllegalArgumentException(
                "'" + uri + "' is not a place for policies: use file:/FOLDER or s3://BUCKET/PREFIX");
    }

    /**
     * Stores an image. A reader finds the whole image or none. The digest of the image becomes part of its name: a learner that does not
     * know yet that another learner has taken over cannot overwrite an image of that learner with other weights.
     *
     * @param name the name of the image, for example {@code policy.safetensors}
     * @return the URI, the digest and the size of the image
     */
    Stored put(String name, Content content) throws IOException;

    /** The name of an image with this digest: {@code policy-DIGEST.safetensors}. */
    static String named(final String name, final String sha256) {
        final int dot = name.lastIndexOf('.');
        return dot < 0 ? name + "-" + sha256 : name.substring(0, dot) + "-" + sha256 + name.substring(dot);
    }

    /**
     * A stored image.
     *
     * @param sha256 the SHA-256 of the image, in hexadecimal
     * @param bytes the size of the image
     */
    record Stored(String uri, String sha256, long bytes) {}

    /**
     * Fetches an image as a local file. The file may be a copy in the folder.
     *
     * @throws IllegalArgumentException when the URI is not in this store
     */
    Path fetch(String uri, Path folder) throws IOException;

    /** Removes an image, if the store contains it. */
    void delete(String uri) throws IOException;

    @Override
    default void close() {}
}
