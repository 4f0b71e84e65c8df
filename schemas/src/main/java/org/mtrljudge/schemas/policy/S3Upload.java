package org.mtrljudge.schemas.policy;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Uploads an object part by part, since S3 refuses more than 5 GiB in one request. Readers see the object after {@link #finish}, and
 * never a part of it. An object of one part is one request.
 */
final class S3Upload implements WritableByteChannel {
    private static final String TYPE = "application/octet-stream";

    private final S3Client client;
    private final String bucket;
    private final String key;
    private final byte[] part;
    private final List<CompletedPart> parts = new ArrayList<>();
    private int filled;
    private @Nullable String uploadId;
    private boolean finished;

    /** @param partBytes the size of a part: at least 5 MiB; S3 takes at most 10,000 parts */
    S3Upload(final S3Client client, final String bucket, final String key, final int partBytes) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
        this.part = new byte[partBytes];
    }

    @Override
    public int write(final ByteBuffer source) {
        final int bytes = source.remaining();
        while (source.hasRemaining()) {
            if (filled == part.length) {
                sendPart();
            }
            final int count = Math.min(source.remaining(), part.length - filled);
            source.get(part, filled, count);
            filled += count;
        }
        return bytes;
    }

    private void sendPart() {
        if (uploadId == null) {
            uploadId = client.createMultipartUpload(
                            request -> request.bucket(bucket).key(key))
                    .uploadId();
        }
        final int number = parts.size() + 1;
        final String etag = client.uploadPart(
                        request -> request.bucket(bucket)
                                .key(key)
                                .uploadId(uploadId)
                                .partNumber(number),
                        filledPart())
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        filled = 0;
    }

    /** The buffer itself, not a copy. The client reads it again when it repeats a request. */
    private RequestBody filledPart() {
        final int length = filled;
        return RequestBody.fromContentProvider(() -> new ByteArrayInputStream(part, 0, length), length, TYPE);
    }

    /** Makes the object visible. */
    void finish() {
        if (uploadId == null) {
            client.putObject(request -> request.bucket(bucket).key(key), filledPart());
        } else {
            sendPart();
            client.completeMultipartUpload(request -> request.bucket(bucket)
                    .key(key)
                    .uploadId(uploadId)
                    .multipartUpload(
                            CompletedMultipartUpload.builder().parts(parts).build()));
        }
        finished = true;
    }

    @Override
    public boolean isOpen() {
        return !finished;
    }

    /** Discards the parts of an upload that is not finished. */
    @Override
    public void close() {
        if (uploadId != null && !finished) {
            client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(uploadId));
        }
    }
}
