package org.mtrljudge.tasks;

import java.util.Map;
import java.util.Set;

/**
 * Compares the parsed verdict with the reference: {@code accuracy} and {@code format} are 0 or 1 (the paper's reward); {@code graded} is
 * 1 − distance / range on the scale of the labels, see {@link LabelValues}.
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
                        "graded",
                                new LabelValues(completion.labels())
                                        .closeness(parsed.verdict(), completion.reference())),
                parsed.verdict(),
                parsed.reason());
    }
}
