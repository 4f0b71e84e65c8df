package org.mtrljudge.reward.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A call of a function that waits for a process, is being answered, or has ended.
 *
 * @param completions the number of completions in the request
 * @param answers the answers until now, in the order of the completions
 * @param end completed when all answers are there, or with a {@link WorkerException}; a call that has ended before its turn is not made
 */
record FunctionCall(JsonNode request, int completions, List<JsonNode> answers, CompletableFuture<Void> end) {
    static FunctionCall of(final JsonNode request, final int completions) {
        return new FunctionCall(request, completions, new CopyOnWriteArrayList<>(), new CompletableFuture<>());
    }
}
