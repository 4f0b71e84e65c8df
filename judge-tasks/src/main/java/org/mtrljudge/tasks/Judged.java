package org.mtrljudge.tasks;

import java.util.List;

/**
 * The input of a verifier: a completion with its label.
 *
 * @param reference the right label
 * @param labels all verdicts that the task allows; from lowest to highest for an ordinal task
 * @param finished false when the completion was cut at the token limit
 * @param tokens the length of the completion in tokens, with the end token
 */
public record Judged(String task, String reference, List<String> labels, String text, boolean finished, int tokens) {}
