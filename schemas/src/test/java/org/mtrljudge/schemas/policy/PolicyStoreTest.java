package org.mtrljudge.schemas.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.io.Sha256;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

class PolicyStoreTest {
    private static final byte[] IMAGE = "the weights".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private static void write(final WritableByteChannel out) throws IOException {
        out.write(ByteBuffer.wrap(IMAGE, 0, 3));
        out.write(ByteBuffer.wrap(IMAGE, 3, IMAGE.length - 3));
    }

    private static void shouldKeep(final PolicyStore store, final Path into) throws IOException {
        final PolicyStore.Stored stored = store.put("run-policy-7.safetensors", PolicyStoreTest::write);
        assertThat(stored.sha256()).isEqualTo(Sha256.of(ByteBuffer.wrap(IMAGE)));
        assertThat(stored.bytes()).isEqualTo(IMAGE.length);
        final Path file = store.fetch(stored.uri(), into);
        assertThat(file).hasBinaryContent(IMAGE);
        assertThat(Sha256.of(file)).isEqualTo(stored.sha256());
        store.delete(stored.uri());
        assertThatThrownBy(() -> store.fetch(stored.uri(), into)).isInstanceOf(IOException.class);
        // the image is already deleted: a second deletion does nothing
        store.delete(stored.uri());
    }

    @Test
    void shouldKeepPoliciesInAFolder() throws IOException {
        try (PolicyStore store =
                PolicyStore.at(folder.resolve("policies").toUri().toString())) {
            shouldKeep(store, folder);
            store.put("again", PolicyStoreTest::write);
        }
        assertThat(folder.resolve("policies"))
                .isDirectoryContaining("glob:**/again")
                .isDirectoryNotContaining("glob:**.unfinished");
    }

    @Test
    void shouldReadAndDeleteNothingOutsideItsPlace() throws IOException {
        final Path secret = Files.write(folder.resolve("secret"), IMAGE);
        try (PolicyStore store =
                PolicyStore.at(folder.resolve("policies").toUri().toString())) {
            assertThatThrownBy(() -> store.fetch(secret.toUri().toString(), folder))
                    .hasMessageContaining("outside");
            assertThatThrownBy(() -> store.fetch(folder.toUri() + "policies/../secret", folder))
                    .hasMessageContaining("outside");
            assertThatThrownBy(() -> store.delete("s3://bucket/key")).hasMessageContaining("not a file of");
        }
        assertThatThrownBy(() -> PolicyStore.at("http://somewhere/")).hasMessageContaining("not a place for policies");
    }

    @Test
    void shouldKeepPoliciesInABucket() throws IOException {
        final Map<String, byte[]> objects = new ConcurrentHashMap<>();
        final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, objects));
        server.start();
        final S3Client client = S3Client.builder()
                .httpClient(UrlConnectionHttpClient.create())
                .endpointOverride(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "key")))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(true)
                        .chunkedEncodingEnabled(false)
                        .build())
                .build();
        try (PolicyStore store = new S3PolicyStore("s3://bucket/policies/", client)) {
            shouldKeep(store, folder);
            store.put("kept", PolicyStoreTest::write);
            assertThat(objects).containsOnlyKeys("/bucket/policies/kept");
            assertThatThrownBy(() -> store.fetch("s3://bucket/elsewhere", folder))
                    .hasMessageContaining("outside");
        } finally {
            server.stop(0);
        }
    }

    /** Answers the three requests of the store as S3 does. */
    private static void answer(final HttpExchange exchange, final Map<String, byte[]> objects) throws IOException {
        final String key = exchange.getRequestURI().getPath();
        final byte[] found = objects.get(key);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                objects.put(key, exchange.getRequestBody().readAllBytes());
                exchange.sendResponseHeaders(200, -1);
            }
            case "DELETE" -> {
                objects.remove(key);
                exchange.sendResponseHeaders(204, -1);
            }
            default -> {
                final byte[] body = found != null
                        ? found
                        : "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(found != null ? 200 : 404, body.length);
                exchange.getResponseBody().write(body);
            }
        }
        exchange.close();
    }
}
