package org.mtrljudge.schemas.policy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Answers the requests of a policy store as S3 does. */
final class FakeBucket implements AutoCloseable {
    /** The objects by path. */
    final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    /** The parts of the uploads that are neither completed nor aborted. */
    final List<byte[]> parts = Collections.synchronizedList(new ArrayList<>());
    /** The requests, as METHOD QUERY. */
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private final HttpServer server;

    FakeBucket() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    S3Client client() {
        return S3Client.builder()
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
    }

    private void answer(final HttpExchange exchange) throws IOException {
        final String key = exchange.getRequestURI().getPath();
        final String query = String.valueOf(exchange.getRequestURI().getQuery());
        final byte[] body = exchange.getRequestBody().readAllBytes();
        requests.add(exchange.getRequestMethod() + " " + query);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                if (query.contains("partNumber=")) {
                    parts.add(body);
                    exchange.getResponseHeaders().add("ETag", "\"part-" + parts.size() + "\"");
                } else {
                    objects.put(key, body);
                }
                send(exchange, 200, "");
            }
            case "POST" -> {
                if (query.contains("uploadId=")) {
                    complete(key);
                    send(exchange, 200, "<CompleteMultipartUploadResult/>");
                } else {
                    send(
                            exchange,
                            200,
                            "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
                }
            }
            case "DELETE" -> {
                if (query.contains("uploadId=")) {
                    parts.clear();
                } else {
                    objects.remove(key);
                }
                send(exchange, 204, "");
            }
            default -> {
                final byte[] found = objects.get(key);
                if (found == null) {
                    send(exchange, 404, "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>");
                } else {
                    send(exchange, 200, found);
                }
            }
        }
    }

    private void complete(final String key) {
        final ByteArrayOutputStream whole = new ByteArrayOutputStream();
        parts.forEach(whole::writeBytes);
        parts.clear();
        objects.put(key, whole.toByteArray());
    }

    private static void send(final HttpExchange exchange, final int status, final String body) throws IOException {
        send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(final HttpExchange exchange, final int status, final byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
