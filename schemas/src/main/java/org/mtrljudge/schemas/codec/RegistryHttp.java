package org.mtrljudge.schemas.codec;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.HttpBody;
import org.mtrljudge.settings.io.Mappers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests to a schema registry with Confluent's REST interface. A request whose failure may pass is repeated until the limit; every
 * other failure is reported at once.
 */
final class RegistryHttp {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryHttp.class);
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 5000;
    private static final int MAX_ANSWER_BYTES = 4 << 20;
    private static final int MAX_SHOWN = 500;
    private static final int NOT_FOUND = 404;
    private static final Set<Integer> REFUSED_LOGINS = Set.of(401, 403);
    /** Time-out, and too many requests. */
    private static final Set<Integer> LATER = Set.of(408, 429);

    private final String url;
    private final Duration limit;
    private final @Nullable String authorization;
    private final HttpClient http;

    /**
     * @param url the address of the registry, without {@code /subjects}
     * @param settings how to log in, see {@link RegistryLogin}
     * @param limit the time after which a request is not repeated any more
     */
    RegistryHttp(final String url, final Map<String, ?> settings, final Duration limit) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.limit = limit;
        this.authorization = RegistryLogin.authorization(settings);
        final HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(TIMEOUT);
        final SSLContext tls = RegistryLogin.tls(settings);
        this.http = tls == null ? builder.build() : builder.sslContext(tls).build();
    }

    String url() {
        return url;
    }

    /** @throws RegistryException when the registry does not do what it is asked for */
    JsonNode send(final String method, final String path, final @Nullable String body) {
        final JsonNode answer = patiently(() -> once(method, path, body));
        if (answer == null) {
            throw RegistryException.permanent("the schema registry at " + url + " knows nothing of " + path);
        }
        return answer;
    }

    /**
     * Reads something that may be absent.
     *
     * @return the answer; null when the registry says that it has no such thing
     * @throws RegistryException when the registry does not answer
     */
    @Nullable
    JsonNode find(final String path) {
        return patiently(() -> once("GET", path, null));
    }

    /**
     * Asks once whether the registry answers and accepts the log-in.
     *
     * @throws RegistryException when it does not
     */
    void check() {
        once("GET", "/schemas/types", null);
    }

    /**
     * Repeats a request while its failure may pass, until the limit.
     *
     * @param request throws {@link RegistryException} when it fails
     */
    <T> @Nullable T patiently(final Supplier<@Nullable T> request) {
        final long start = System.nanoTime();
        for (long pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
            try {
                return request.get();
            } catch (final RegistryException e) {
                final Duration spent =
                        Duration.ofNanos(System.nanoTime() - start).plusMillis(pauseMs);
                if (!e.mayPass() || spent.compareTo(limit) > 0) {
                    throw e;
                }
                LOG.warn("{}; the request is repeated in {} ms", e.getMessage(), pauseMs);
                sleep(pauseMs);
            }
        }
    }

    private static void sleep(final long pauseMs) {
        try {
            Thread.sleep(pauseMs);
        } catch (final InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private @Nullable JsonNode once(final String method, final String path, final @Nullable String body) {
        final HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Content-Type", CONTENT_TYPE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        try {
            final HttpResponse<byte[]> response = sent(request.build());
            return answer(
                    response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), method + " " + path);
        } catch (final HttpBody.TooLarge e) {
            throw RegistryException.permanent("the schema registry at " + url + " answers " + method + " " + path + ": "
                    + e.getMessage() + "; is broker.schema_registry_url the address up to /subjects?");
        } catch (final IOException e) {
            if (isDistrusted(e)) {
                throw RegistryException.permanent("the certificate of the schema registry at " + url
                        + " is not trusted (schema_registry: schema.registry.ssl.truststore.…): " + e.getMessage());
            }
            throw RegistryException.mayPass("the schema registry at " + url + " cannot be reached: " + e, e);
        } catch (final InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** The whole exchange has a limit: the time-out of a request ends with the headers of its answer. */
    private HttpResponse<byte[]> sent(final HttpRequest request) throws IOException, InterruptedException {
        final CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(request, HttpBody.upTo(MAX_ANSWER_BYTES));
        try {
            return answer.get(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            throw new IOException("the answer did not end within " + 2 * TIMEOUT.toSeconds() + " s", e);
        } catch (final ExecutionException e) {
            throw causeOf(e);
        } finally {
            answer.cancel(true);
        }
    }

    private static IOException causeOf(final ExecutionException failure) {
        return failure.getCause() instanceof IOException own ? own : new IOException(failure.getCause());
    }

    private static boolean isDistrusted(final @Nullable Throwable why) {
        return why != null && (why instanceof CertificateException || isDistrusted(why.getCause()));
    }

    /** The body of the answer; null when the registry itself, and not a server before it, says that there is no such thing. */
    private @Nullable JsonNode answer(final int status, final String text, final String request) {
        final JsonNode body = json(text);
        if (status < 300 && body != null) {
            return body;
        }
        final boolean ofRegistry = body != null && body.has("error_code");
        if (status == NOT_FOUND && ofRegistry) {
            return null;
        }
        final String what = "the schema registry at " + url + " answers " + request + " with " + status + ": "
                + text.substring(0, Math.min(text.length(), MAX_SHOWN));
        if (status >= 500 || LATER.contains(status)) {
            throw RegistryException.mayPass(what, null);
        }
        if (REFUSED_LOGINS.contains(status)) {
            throw RegistryException.permanent(
                    what + "; the log-in is set under schema_registry: basic.auth.user.info or bearer.auth.token");
        }
        throw RegistryException.permanent(
                ofRegistry ? what : what + "; is broker.schema_registry_url the address up to /subjects?");
    }

    private static @Nullable JsonNode json(final String text) {
        try {
            return Mappers.JSON.readTree(text);
        } catch (final IOException e) {
            return null;
        }
    }
}
