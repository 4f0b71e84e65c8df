package org.mtrljudge.tasks.verdict;

import org.jspecify.annotations.Nullable;

/**
 * The verdict that was parsed from a completion.
 *
 * @param wellFormed whether the completion is one reasoning, then one verdict, and nothing else
 * @param verdict the verdict as its type reads it; null when there is no single verdict
 * @param reason why the completion is not well formed; null when it is well formed
 */
public record ParsedVerdict(
        boolean wellFormed,
        @Nullable String verdict,
        @Nullable String reason) {}
