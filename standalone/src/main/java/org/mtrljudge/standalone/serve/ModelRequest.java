package org.mtrljudge.standalone.serve;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;

/**
 * What the model is asked for a request.
 *
 * @param progress is told the completions so far, whenever there are more tokens; null: nobody wants to know. It must not block
 * @param answer gets the completions; when it is cancelled, the model stops working on it
 */
record ModelRequest(
        EncodedPrompt prompt,
        int completions,
        Sampling sampling,
        long seed,
        @Nullable Consumer<List<GeneratedCompletion>> progress,
        CompletableFuture<List<GeneratedCompletion>> answer) {

    /** The most keys and values that it needs. */
    long positions() {
        return prompt.length() + (long) completions * sampling.maxNewTokens();
    }

    /** Whether both can be generated together. */
    boolean fits(final ModelRequest other) {
        return sampling.temperature() == other.sampling.temperature() && sampling.topP() == other.sampling.topP();
    }
}
