package org.mtrljudge.tasks;

import java.util.Map;
import java.util.Set;
import org.mtrljudge.tasks.verdict.ParsedVerdict;
import org.mtrljudge.tasks.verdict.VerdictParser;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Compares the parsed verdict with the right one: {@code accuracy} and {@code format} are 0 or 1 (the paper's reward); {@code graded} is
 * 0 to 1, see {@link VerdictType#closeness}.
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
        final VerdictType type = completion.verdictType();
        final ParsedVerdict parsed = completion.finished()
                ? VerdictParser.parse(completion.text(), type, completion.reading())
                : new ParsedVerdict(false, null, "cut at the token limit");
        final String verdict = parsed.verdict();
        final boolean right = verdict != null && type.isRight(verdict, completion.reference());
        return new Verification(
                Map.of(
                        "accuracy", right ? 1.0 : 0.0,
                        "format", parsed.wellFormed() ? 1.0 : 0.0,
                        "graded", verdict == null ? 0.0 : type.closeness(verdict, completion.reference())),
                verdict,
                parsed.reason());
    }
}
