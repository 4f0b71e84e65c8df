package org.mtrljudge.learner;

import java.util.List;

/** Where training batches come from: a run as it goes, or a log. */
interface BatchSource extends AutoCloseable {
    /** A scored group in hand and where it lay. */
    record Taken(ScoredReader.Answer.Scored answer, LearnedGroup group) {}

    /**
     * The next full batch for the weights of {@code version}.
     *
     * @param stepsLeft this one included: no more is asked than these can learn
     */
    List<Taken> collect(int version, int stepsLeft);

    /** The batch is in the weights. */
    void learned(List<Taken> full);

    /** Ids left out as too old since the last call. */
    List<String> drainStaleIds();

    /** What became of all prompts so far. */
    GroupCounts counts();

    @Override
    void close();
}
