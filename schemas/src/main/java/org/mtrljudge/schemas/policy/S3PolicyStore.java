package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Stores policies in a bucket, at AWS or on an S3-compatible server. */
final class S3PolicyStore implements PolicyStore {
    static final String SCHEME = "s3://";
    private final S3Client client;
    private final String bucket;
    private final String prefix;

    /** @param uri the bucket and the prefix of all keys: {@code s3://BUCKET/PREFIX} */
    S3PolicyStore(final String uri, final S3Client client) {
        final String[] parts = uri.substring(SCHEME.length()).split("/", 2);
        this.client = client;
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

    @Override
    public Stored put(final String name, final Content content) throws IOException {
        final Path file = Files.createTempFile("policy", ".safetensors");
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            final DigestingChannel digesting = new DigestingChannel(out);
            content.writeTo(digesting);
            final String key = prefix + name;
            client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromFile(file));
            return new Stored(SCHEME + bucket + "/" + key, digesting.sha256(), digesting.bytes());
        } catch (final SdkException e) {
            throw new IOException("s3://" + bucket + " cannot be written: " + e.getMessage(), e);
        } finally {
            Files.delete(file);
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
        final Path copy = Files.createTempFile(folder, "policy", ".safetensors");
        // the client fails if the file exists
        Files.delete(copy);
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
