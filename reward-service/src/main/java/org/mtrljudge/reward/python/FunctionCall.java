package org.mtrljudge.reward.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;

/**
 * A call of a function that waits for a worker, is being answered, or is answered.
 *
 * @param answer completed with the answer or with a {@link WorkerException}; a call that is completed before its turn is not made
 */
record FunctionCall(JsonNode request, CompletableFuture<JsonNode> answer) {
    static FunctionCall of(final JsonNode request) {
        return new FunctionCall(request, new CompletableFuture<>());
    }
}
