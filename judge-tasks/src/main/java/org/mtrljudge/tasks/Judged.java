package org.mtrljudge.tasks;

import java.util.List;

/**
 * A completion as a verifier sees it.
 *
 * @param reference the label a right verdict equals
 * @param labels every verdict the task allows; of an ordinal task from lowest to highest
 * @param finished false when it was cut at the token limit
 * @param tokens how long it is, the end token included
 */
public record Judged(String task, String reference, List<String> labels, String text, boolean finished, int tokens) {}
