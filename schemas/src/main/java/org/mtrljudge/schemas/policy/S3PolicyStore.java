package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Stores policies in a bucket, at AWS or on an S3-compatible server. */
final class S3PolicyStore implements PolicyStore {
    static final String SCHEME = "s3://";
    private static final int PART_BYTES = 64 << 20;
    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final int partBytes;

    /** @param uri the bucket and the prefix of all keys: {@code s3://BUCKET/PREFIX} */
    S3PolicyStore(final String uri, final S3Client client) {
        this(uri, client, PART_BYTES);
    }

    /** @param partBytes the size of the parts in which an object is uploaded */
    S3PolicyStore(final String uri, final S3Client client, final int partBytes) {
        final String[] parts = uri.substring(SCHEME.length()).split("/", 2);
        this.client = client;
        this.partBytes = partBytes;
        this.bucket = parts[0];
        this.prefix = parts.length == 1 || parts[1].isEmpty() ? "" : parts[1].replaceAll("/+$", "") + "/";
        if (bucket.isEmpty()) {
            throw new IllegalArgumentException("'" + uri + "' names no bucket: use s3://BUCKET/PREFIX");
        }
    }

    /** The SDK finds region, address and credentials: AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, files, roles. */
    static S3Client defaultClient() {
        return S3Client.builder()
                .httpClient(UrlConnectionHttpClient.create())
                // not every S3-compatible server supports the optional checksums
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(true)
                        .chunkedEncodingEnabled(false)
                        .build())
                .build();
    }

    /** Reads the content twice: its digest is part of the key, and a copy on the disk could be as large as the disk. */
    @Override
    public Stored put(final String name, final Content content) throws IOException {
        final String sha256 = Content.sha256(content);
        final String key = prefix + PolicyStore.named(name, sha256);
        try (S3Upload upload = new S3Upload(client, bucket, key, partBytes)) {
            final DigestingChannel digesting = new DigestingChannel(upload);
            content.writeTo(digesting);
            if (!digesting.sha256().equals(sha256)) {
                throw new IOException(name + " has changed while it was stored");
            }
            upload.finish();
            return new Stored(SCHEME + bucket + "/" + key, sha256, digesting.bytes());
        } catch (final SdkException e) {
            throw new IOException("s3://" + bucket + " cannot be written: " + e.getMessage(), e);
        }
    }

    private String key(final String uri) {
        final String own = SCHEME + bucket + "/" + prefix;
        if (!uri.startsWith(own)) {
            throw new IllegalArgumentException(uri + " is outside " + own);
        }
        return uri.substring((SCHEME + bucket + "/").length());
    }

    /** Returns a copy in the folder. */
    @Override
    public Path fetch(final String uri, final Path folder) throws IOException {
        final String key = key(uri);
        TemporaryCopies.deleteLeftovers(folder);
        final Path copy = TemporaryCopies.name(folder);
        try {
            client.getObject(request -> request.bucket(bucket).key(key), copy);
            return copy;
        } catch (final SdkException e) {
            Files.deleteIfExists(copy);
            throw new IOException(uri + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void delete(final String uri) throws IOException {
        final String key = key(uri);
        try {
            client.deleteObject(request -> request.bucket(bucket).key(key));
        } catch (final SdkException e) {
            throw new IOException(uri + " cannot be removed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
