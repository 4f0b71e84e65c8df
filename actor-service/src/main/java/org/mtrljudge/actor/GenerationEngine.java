package org.mtrljudge.actor;

import java.util.List;
import java.util.function.IntSupplier;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.PromptRequest;

/** What an actor draws completions with: the judge's own model in this process, or a server. One thread at a time. */
public interface GenerationEngine extends AutoCloseable {

    /** What became of a prompt. */
    sealed interface Result {
        PromptRequest prompt();

        /** @param promptTokens length of the prompt as it was read, image tokens included */
        record Group(PromptRequest prompt, int promptTokens, List<GeneratedCompletion> completions) implements Result {}

        /** The prompt can never be generated: a damaged picture, say. */
        record Refused(PromptRequest prompt, String reason) implements Result {}
    }

    /** Called once on the thread that generates, before anything else. */
    default void begin() {}

    /** Draws with a policy's weights from now on. */
    void use(Policy policy);

    /**
     * Draws completions for prompts that want as many, drawn alike.
     *
     * @param beforePiece called before each piece of drawing where weights may change in between; marks the piece's tokens
     */
    List<Result> generate(List<PromptRequest> prompts, int groupSize, Sampling sampling, IntSupplier beforePiece);

    @Override
    void close();
}
