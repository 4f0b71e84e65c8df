package org.mtrljudge.actor.engine;

import java.util.List;
import java.util.function.IntSupplier;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.PromptRequest;

/** Generates the completions of an actor, with the judge's own model in this process or with a server. One thread at a time uses it. */
public interface GenerationEngine extends AutoCloseable {

    /** The result of a prompt. */
    sealed interface Result {
        PromptRequest prompt();

        /** @param promptTokens the length of the prompt in tokens, including image tokens */
        record Group(PromptRequest prompt, int promptTokens, List<GeneratedCompletion> completions) implements Result {}

        /** The prompt can never be answered, for example because a picture is damaged. */
        record Refused(PromptRequest prompt, String reason) implements Result {}
    }

    /** Is called once on the generator thread, before any other method. */
    default void begin() {}

    /**
     * Whether prompts can be answered now. If not, the actor takes none and asks again.
     *
     * @throws org.mtrljudge.model.config.ModelException when that lasts too long
     */
    default boolean isReady() {
        return true;
    }

    /** Generates with the weights of this policy from now on. */
    void use(Policy policy);

    /**
     * Generates completions for prompts that have the same group size and the same sampling.
     *
     * @param groupSize the number of completions per prompt
     * @param beforePiece is called before each piece of tokens if the weights may change between pieces. The tokens of the piece get
     *     its value as their mark.
     * @throws ServerAwayException when the prompts have to be tried later or by another actor
     */
    List<Result> generate(List<PromptRequest> prompts, int groupSize, Sampling sampling, IntSupplier beforePiece);

    @Override
    void close();
}
