package org.mtrljudge.tasks;

import java.util.Set;

/**
 * Grades one completion. A pure function: the same completion gets the same values, whenever and wherever, so that a log can be scored
 * again. Found by {@link java.util.ServiceLoader}, so that a JAR of the user's own can bring one; it needs a public constructor without
 * parameters.
 */
public interface Verifier {
    /** What a reward set calls it. */
    String name();

    /** The components it gives a value for, each a name that can stand in an expression. */
    Set<String> components();

    /** An exception earns no reward: the group becomes a dead letter that names it. */
    Verification verify(Judged completion);
}
