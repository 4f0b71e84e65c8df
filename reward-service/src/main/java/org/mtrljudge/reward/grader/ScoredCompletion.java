package org.mtrljudge.reward.grader;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.LabelVerifier;
import org.mtrljudge.tasks.Verification;

/**
 * What a function or a server of the user says of a completion, beside what the label verifier says: a reward set can combine both. Of two
 * components with the same name, that of the user counts.
 */
public final class ScoredCompletion {
    /** The component that the user's function or server gives always. */
    public static final String SCORE = "score";

    private static final LabelVerifier LABEL = new LabelVerifier();

    private ScoredCompletion() {}

    /** @param more the components besides the score that the user promises */
    public static Set<String> components(final List<String> more) {
        final Set<String> names = new TreeSet<>(LABEL.components());
        names.add(SCORE);
        names.addAll(more);
        return names;
    }

    /**
     * @param values the components of the user
     * @param said what a judge said of the completion; empty where nobody says anything
     */
    public static Grade grade(final Judged completion, final Map<String, Double> values, final List<String> said) {
        final Verification label = LABEL.verify(completion);
        final Map<String, Double> all = new HashMap<>(label.components());
        all.putAll(values);
        return new Grade.Given(new Verification(all, label.verdict(), label.reason(), said));
    }
}
