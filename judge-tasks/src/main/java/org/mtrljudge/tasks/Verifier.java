package org.mtrljudge.tasks;

import java.util.Set;

/**
 * Grades one completion. A verifier is a pure function: the same completion always gets the same values, so that a log can be scored
 * again. {@link java.util.ServiceLoader} finds it, so that a JAR of the user can provide one. It needs a public constructor without
 * parameters, and is called from several threads at the same time.
 */
public interface Verifier {
    /** The name of the verifier in reward sets. */
    String name();

    /** The names of the components that the verifier computes. Each name must be valid in an expression. */
    Set<String> components();

    /** Grades a completion. After an exception, the group becomes a dead letter that names the exception. */
    Verification verify(Judged completion);
}
