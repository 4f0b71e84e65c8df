package org.mtrljudge.tasks;

import java.util.List;
import org.mtrljudge.tasks.verdict.VerdictReading;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * The input of a verifier: a completion with the right verdict.
 *
 * @param reference the right verdict, as its type reads it
 * @param reading how the verdict is found in the text
 * @param finished false when the completion was cut at the token limit
 * @param tokens the length of the completion in tokens, with the end token
 */
public record Judged(
        String task,
        String reference,
        VerdictType verdictType,
        VerdictReading reading,
        String text,
        boolean finished,
        int tokens) {

    /** A completion that is read as the paper reads verdicts. */
    public Judged(
            final String task,
            final String reference,
            final VerdictType verdictType,
            final String text,
            final boolean finished,
            final int tokens) {
        this(task, reference, verdictType, VerdictReading.STRICT, text, finished, tokens);
    }

    /** The labels among which a verdict chooses; empty where it is no choice among a few. */
    public List<String> labels() {
        return verdictType.labels();
    }
}
