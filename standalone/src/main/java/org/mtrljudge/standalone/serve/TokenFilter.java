package org.mtrljudge.standalone.serve;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Lets nobody ask who does not show the token, where there is one. {@code /health} is open: it says only whether the server works. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Requires(beans = Serving.class)
final class TokenFilter {
    private final byte @Nullable [] expected;

    TokenFilter(final Serving serving) {
        final String token = serving.settings().token();
        this.expected = token == null ? null : ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the refusal, or null where the request may go on. */
    @RequestFilter
    @Nullable
    HttpResponse<String> check(final HttpRequest<?> request) {
        final String shown = request.getHeaders().get("Authorization");
        // in constant time, so that the token cannot be guessed character by character
        if (expected == null
                || request.getPath().equals("/health")
                || shown != null && MessageDigest.isEqual(expected, shown.getBytes(StandardCharsets.UTF_8))) {
            return null;
        }
        return HttpResponse.<String>status(HttpStatus.UNAUTHORIZED)
                .body(Requests.error(new RequestException(
                        RequestException.UNKNOWN,
                        "the request has to show the token of this server: Authorization: Bearer …")))
                .contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
