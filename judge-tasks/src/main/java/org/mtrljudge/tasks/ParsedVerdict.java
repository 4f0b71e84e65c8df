package org.mtrljudge.tasks;

import org.jspecify.annotations.Nullable;

/**
 * What a completion says.
 *
 * @param wellFormed reasoning first, verdict after, exactly once each, and nothing else
 * @param verdict one of the task's labels, null where there is no single one
 * @param reason why it is not well formed, null where it is
 */
public record ParsedVerdict(
        boolean wellFormed,
        @Nullable String verdict,
        @Nullable String reason) {}
