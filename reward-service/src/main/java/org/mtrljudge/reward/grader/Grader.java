package org.mtrljudge.reward.grader;

import java.util.List;
import java.util.Set;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;

/** Grades the completions of a prompt: the built-in verifier, a plug-in, or a function of the user in another process. */
public interface Grader {
    /** The most groups that one grader grades at the same time. */
    int MOST_GROUPS = 64;

    /**
     * What is known of a grader before it grades.
     *
     * @param name its name in reward sets
     * @param components the names of the components that every grade has. A grade can have more
     * @param callLimitMs the time limit of one call, in milliseconds; 0 where no call can hang
     * @param retries how often it is asked again about completions that it failed on
     * @param callsAtOnce the calls that it makes at the same time; 0 where it gains nothing from several groups
     * @param callsPerCompletion the calls for one completion; 0 where there is one call per group
     * @param measures whether it is a measurement, such as a judge that is asked, and no function of what it grades: asked again, it may
     *     say something else
     */
    record Terms(
            String name,
            Set<String> components,
            long callLimitMs,
            int retries,
            int callsAtOnce,
            int callsPerCompletion,
            boolean measures) {
        public Terms {
            components = Set.copyOf(components);
        }

        /**
         * The number of groups that keep the grader busy: so many, and one that is ready when one ends. With more, groups would wait for
         * each other within their time limits.
         */
        public int groupsAtOnce(final int groupSize) {
            final int calls = Math.max(1, callsPerCompletion * groupSize);
            return callsAtOnce == 0 ? 0 : Math.min(MOST_GROUPS, (callsAtOnce + calls - 1) / calls + 1);
        }
    }

    Terms terms();

    /**
     * Grades completions of one prompt. When this returns, all calls have ended or are abandoned.
     *
     * @param end when the last call has to end
     * @return one grade per completion, in their order
     * @throws RuntimeException when it could not be asked about any
     */
    List<Grade> grade(PromptRequest prompt, List<Judged> completions, Deadline end);

    /**
     * Prepares for grading, and tries what can be tried without completions. It can be called again after {@link #close}.
     *
     * @throws org.mtrljudge.settings.UsageException when no completion could be graded; the message says what to correct
     */
    default void open() {}

    /** Ends what {@link #open} began. */
    default void close() {}
}
