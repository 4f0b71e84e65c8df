package org.mtrljudge.standalone.serve;

import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.Error;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;

/** Gives the refusals of the HTTP server itself (no such path, a body that is too large) the form of the others. */
@Singleton
@Primary
@Requires(beans = Serving.class)
final class ErrorForm implements ErrorResponseProcessor<String> {
    @Override
    public MutableHttpResponse<String> processResponse(
            final ErrorContext context, final MutableHttpResponse<?> response) {
        final int status = response.code();
        final String message = status >= RequestException.FAILED
                ? "the server failed: its log has the reason"
                : context.getErrors().stream()
                        .map(Error::getMessage)
                        .findFirst()
                        .orElse(response.reason());
        return response.body(Requests.error(status, message)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
