package org.mtrljudge.actor.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.settings.io.HttpBody;

/** Sends requests to a server, repeats those that may pass later, and limits their time and the size of their answers. */
final class ServerConnection {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 4;
    private static final long PAUSE_MS = 500;
    private static final int MAX_ANSWER_BYTES = 256 << 20;
    private static final int MAX_ERROR_CHARACTERS = 500;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    // an offer of HTTP/2 makes uvicorn drop the body of a request
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTING)
            .build();
    private final URI url;
    private final @Nullable String key;

    /** @param key is sent as a bearer token; null: no token is sent */
    ServerConnection(final URI url, final @Nullable String key) {
        this.url = url;
        this.key = key;
    }

    /** An answer of the server. */
    record Answer(int status, byte[] body) {
        String error() {
            final String text = new String(body, StandardCharsets.UTF_8);
            return "status " + status + ": " + text.substring(0, Math.min(MAX_ERROR_CHARACTERS, text.length()));
        }

        private boolean mayPass() {
            return status >= SERVER_ERROR || status == TOO_MANY_REQUESTS;
        }
    }

    /** The answer fails with {@link ServerAwayException} when there is none, or none but errors of the server itself. */
    CompletableFuture<Answer> post(final String path, final ObjectNode content) {
        final HttpRequest.Builder request = request(path)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(content.toString()));
        return send(request.build(), 1);
    }

    /** @throws ServerAwayException when the server does not answer this request now, asked once */
    void check(final String path) {
        joined(send(request(path).timeout(CONNECTING).GET().build(), ATTEMPTS));
    }

    private HttpRequest.Builder request(final String path) {
        final HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path));
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    private CompletableFuture<Answer> once(final HttpRequest request) {
        return http.sendAsync(request, HttpBody.upTo(MAX_ANSWER_BYTES))
                // the time-out of the request ends with the headers of the answer
                .orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .thenApply(response -> new Answer(response.statusCode(), response.body()));
    }

    private CompletableFuture<Answer> send(final HttpRequest request, final int attempt) {
        return once(request)
                .handle((answer, failure) -> {
                    if (failure == null && !answer.mayPass()) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    if (failure != null && failure.getCause() instanceof HttpBody.TooLarge) {
                        return CompletableFuture.<Answer>failedFuture(new ModelException(
                                "the server at " + url + " answers wrongly: " + failure.getMessage(), failure));
                    }
                    // a server that took all the time of a request would take it again
                    final boolean late = failure != null
                            && (failure instanceof TimeoutException
                                    || failure.getCause() instanceof HttpTimeoutException);
                    if (attempt == ATTEMPTS || late) {
                        return CompletableFuture.<Answer>failedFuture(away(answer, failure));
                    }
                    return CompletableFuture.supplyAsync(
                                    () -> send(request, attempt + 1),
                                    CompletableFuture.delayedExecutor(PAUSE_MS * attempt, TimeUnit.MILLISECONDS))
                            .thenCompose(again -> again);
                })
                .thenCompose(outcome -> outcome);
    }

    private ServerAwayException away(final @Nullable Answer answer, final @Nullable Throwable failure) {
        return answer != null
                ? new ServerAwayException("the server at " + url + " cannot answer: " + answer.error(), false)
                : new ServerAwayException("the server at " + url + " does not answer: " + failure, true);
    }

    /** Waits for a future and returns its result. A failure is thrown as its cause. */
    static <T> T joined(final CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (final CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }
}
