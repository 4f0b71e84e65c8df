package org.mtrljudge.tasks;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares the parsed verdict with the reference: {@code accuracy} and {@code format} are 0 or 1 (the paper's reward); {@code graded} is
 * 1 − distance / range for ordered labels.
 */
public final class LabelVerifier implements Verifier {
    /** The name of this verifier in reward sets. */
    public static final String NAME = "label";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<String> components() {
        return Set.of("accuracy", "format", "graded");
    }

    @Override
    public Verification verify(final Judged completion) {
        final ParsedVerdict parsed = completion.finished()
                ? VerdictParser.parse(completion.text(), completion.labels())
                : new ParsedVerdict(false, null, "cut at the token limit");
        return new Verification(
                Map.of(
                        "accuracy", completion.reference().equals(parsed.verdict()) ? 1.0 : 0.0,
                        "format", parsed.wellFormed() ? 1.0 : 0.0,
                        "graded", graded(completion, parsed.verdict())),
                parsed.verdict(),
                parsed.reason());
    }

    private static double graded(final Judged completion, final @Nullable String verdict) {
        if (verdict == null) {
            return 0;
        }
        final int range = completion.labels().size() - 1;
        final int distance = Math.abs(
                completion.labels().indexOf(verdict) - completion.labels().indexOf(completion.reference()));
        return range == 0 ? 1 : 1 - (double) distance / range;
    }
}
