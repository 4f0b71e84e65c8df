package org.mtrljudge.standalone.serve;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

/** Answers requests that failed in the form that clients of OpenAI's interface read. */
@Singleton
@Requires(beans = Serving.class)
final class Refusals implements ExceptionHandler<RequestException, HttpResponse<String>> {
    private static final String AGAIN_S = "1";

    @Override
    @SuppressWarnings("rawtypes")
    public HttpResponse<String> handle(final HttpRequest request, final RequestException why) {
        final MutableHttpResponse<String> response = HttpResponse.<String>status(HttpStatus.valueOf(why.status()))
                .body(Requests.error(why))
                .contentType(MediaType.APPLICATION_JSON_TYPE);
        return why.status() == RequestException.BUSY || why.status() == RequestException.STOPPING
                ? response.header(HttpHeaders.RETRY_AFTER, AGAIN_S)
                : response;
    }
}
