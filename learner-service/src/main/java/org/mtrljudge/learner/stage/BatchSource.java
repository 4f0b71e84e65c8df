package org.mtrljudge.learner.stage;

import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.prompts.OpenPrompt;
import org.mtrljudge.learner.prompts.PromptSchedule;
import org.mtrljudge.schemas.TrainingStep;

/** The source of training batches: the present run or a log. */
public interface BatchSource extends AutoCloseable {
    /**
     * The next full batch for the weights of {@code version}.
     *
     * @param stepsLeft the number of steps left, including this one; no more prompts are sent than these steps can learn
     */
    List<ReceivedGroup> collect(int version, int stepsLeft);

    /** Reports that the weights include the batch. */
    void learned(List<ReceivedGroup> full);

    /** Reports that a batch of the journal was learned again after a restart. */
    void learnedAgain(TrainingStep logged);

    /**
     * The position of a source.
     *
     * @param offsets the offsets by topic from which the source has to read again
     * @param open the prompts in the log that are neither learned nor left out
     * @param unasked the examples that were drawn but not yet sent
     */
    record Place(
            GroupCounts counts,
            Map<String, List<Long>> offsets,
            PromptSchedule.Position schedule,
            List<OpenPrompt> open,
            List<PromptSchedule.Place> unasked) {}

    Place place();

    /** The ids of groups left out since the last call: groups that are too old, or of a log, groups that cannot be read. */
    List<String> drainStaleIds();

    /** The number of duplicate answers and of answers to unknown prompts. */
    long duplicates();

    /** The counts of all prompts so far. */
    GroupCounts counts();

    @Override
    void close();
}
