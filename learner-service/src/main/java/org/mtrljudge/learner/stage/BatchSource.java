package org.mtrljudge.learner.stage;

import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.prompts.OpenPrompt;
import org.mtrljudge.learner.prompts.PromptSchedule;
import org.mtrljudge.schemas.TrainingStep;

/** Where training batches come from: a run as it goes, or a log. */
public interface BatchSource extends AutoCloseable {
    /**
     * The next full batch for the weights of {@code version}.
     *
     * @param stepsLeft this one included: no more is asked than these can learn
     */
    List<ReceivedGroup> collect(int version, int stepsLeft);

    /** The batch is in the weights. */
    void learned(List<ReceivedGroup> full);

    /** A batch that the journal has went into the weights again, after a restart. */
    void learnedAgain(TrainingStep logged);

    /**
     * Where a source stands.
     *
     * @param offsets of topics from which on it has to read again
     * @param open prompts that are in the log and not settled
     * @param unasked examples that were drawn and are to be asked
     */
    record Place(
            GroupCounts counts,
            Map<String, Long> offsets,
            PromptSchedule.Position schedule,
            List<OpenPrompt> open,
            List<PromptSchedule.Place> unasked) {}

    Place place();

    /** Ids left out as too old since the last call. */
    List<String> drainStaleIds();

    /** Answers that came a second time, or to nobody. */
    long duplicates();

    /** What became of all prompts so far. */
    GroupCounts counts();

    @Override
    void close();
}
