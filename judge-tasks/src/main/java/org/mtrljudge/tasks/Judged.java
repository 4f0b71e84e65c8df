package org.mtrljudge.tasks;

import java.util.List;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * The input of a verifier: a completion with the right verdict.
 *
 * @param reference the right verdict, as its type reads it
 * @param finished false when the completion was cut at the token limit
 * @param tokens the length of the completion in tokens, with the end token
 */
public record Judged(
        String task, String reference, VerdictType verdictType, String text, boolean finished, int tokens) {
    /** The labels among which a verdict chooses; empty where it is no choice among a few. */
    public List<String> labels() {
        return verdictType.labels();
    }
}
