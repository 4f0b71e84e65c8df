package org.mtrljudge.learner.state;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Evaluation;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.event.RlTotals;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.prompts.OpenPrompt;
import org.mtrljudge.learner.prompts.PromptBook;
import org.mtrljudge.learner.prompts.PromptSchedule;
import org.mtrljudge.settings.io.Required;

/**
 * The state of a learner besides weights and optimiser moments. Every checkpoint contains it as {@code learner.json}.
 *
 * @param settingsDigest the digest of the settings that decide the run's weights
 * @param stage the stage of the checkpoint
 * @param step the last finished step of that stage
 * @param version the newest policy version
 * @param journalDigest SHA-256 of the newest journal entry, null before the first
 * @param evaluations the finished evaluations, by {@link Stage#key}
 * @param best the best validation of this stage so far
 * @param counts the counts of training prompts
 * @param secondsByPhase the time so far, including the present phase
 * @param offsets the offsets by topic, one per partition, from which all records are new to this state; earlier builds wrote one number
 * @param schedule the position from which the next training examples are drawn
 * @param open the open prompts in the log
 * @param unasked the examples to send before new ones are drawn; a fork has those that its parent had sent
 */
public record LearnerState(
        @Required String settingsDigest,
        @Required Stage stage,
        int step,
        int version,
        @Nullable String journalDigest,
        @Required Map<String, Evaluation.Counts> evaluations,
        int warmUpSteps,
        @Required BestSoFar best,
        @Required RlTotals totals,
        @Required GroupCounts counts,
        @Required Map<String, Double> secondsByPhase,

        @Required @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        Map<String, List<Long>> offsets,

        @Required PromptSchedule.Position schedule,
        @Required List<OpenPrompt> open,
        @Required List<PromptSchedule.Place> unasked) {

    /** The offsets per partition of a topic from which all records are new to this state; empty: all of them. */
    public List<Long> offsets(final String topic) {
        return offsets.getOrDefault(topic, List.of());
    }

    /** The state from which the book of training prompts continues. */
    public PromptBook.Kept prompts() {
        return new PromptBook.Kept(schedule, open, unasked, counts.published());
    }

    /**
     * The initial state of a fork.
     *
     * @param unasked the examples that the fork sends first
     */
    public LearnerState forked(
            final String digest,
            final int atStep,
            final PromptSchedule.Position drawn,
            final List<PromptSchedule.Place> unasked) {
        return new LearnerState(
                digest,
                Stage.RL,
                atStep,
                -1,
                null,
                evaluations,
                warmUpSteps,
                BestSoFar.NONE,
                RlTotals.NONE,
                GroupCounts.NONE,
                Map.of(),
                Map.of(),
                drawn,
                List.of(),
                unasked);
    }

    /** The state before a run has started. */
    public static LearnerState fresh(final String settingsDigest) {
        return new LearnerState(
                settingsDigest,
                Stage.START,
                0,
                -1,
                null,
                Map.of(),
                0,
                BestSoFar.NONE,
                RlTotals.NONE,
                GroupCounts.NONE,
                Map.of(),
                Map.of(),
                PromptSchedule.Position.START,
                List.of(),
                List.of());
    }
}
