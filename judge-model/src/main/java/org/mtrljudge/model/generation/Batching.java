package org.mtrljudge.model.generation;

import java.util.function.IntSupplier;

/**
 * How completions are generated together.
 *
 * @param maxTokens about the limit of the positions whose keys and values are kept at once: those of the prompts, and for each completion
 *     that is not finished as many as it may get. Prompts beyond it wait. A single completion that needs more is generated alone
 * @param pieceTokens the number of tokens between two calls, where no prompts join between
 * @param beforePiece is called before the prompts that join are computed, and before each piece; the policy may be replaced then. Its result
 *     marks the tokens that follow
 */
public record Batching(long maxTokens, int pieceTokens, IntSupplier beforePiece) {
    /** Without a limit, and with the same weights for all tokens. */
    public static final Batching PLAIN = new Batching(Long.MAX_VALUE, Integer.MAX_VALUE, () -> 0);
}
