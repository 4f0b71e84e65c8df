package org.mtrljudge.learner.state;

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

/**
 * What a learner knows of its run besides weights and moments; it lies in every checkpoint as {@code learner.json}.
 *
 * @param settingsDigest of the settings it learned by
 * @param stage the checkpoint was made in
 * @param step of that stage, all of it done
 * @param version the newest policy version
 * @param journalDigest SHA-256 of its journal entry, null before the first
 * @param evaluations that are finished, by {@link Stage#key}
 * @param best of this stage's validations so far
 * @param counts of training prompts
 * @param secondsByPhase so far, of the present phase too
 * @param offsets of topics, from where on everything is new to this state
 * @param schedule where training examples are drawn from next
 * @param open prompts that are in the log
 * @param unasked examples that were drawn and are to be asked: a fork's, whose parent had asked them
 */
public record LearnerState(
        String settingsDigest,
        Stage stage,
        int step,
        int version,
        @Nullable String journalDigest,
        Map<String, Evaluation.Counts> evaluations,
        int warmUpSteps,
        BestSoFar best,
        RlTotals totals,
        GroupCounts counts,
        Map<String, Double> secondsByPhase,
        Map<String, Long> offsets,
        PromptSchedule.Position schedule,
        List<OpenPrompt> open,
        List<PromptSchedule.Place> unasked) {

    /** What the book of training prompts goes on with. */
    public PromptBook.Kept prompts() {
        return new PromptBook.Kept(schedule, open, unasked, counts.published());
    }

    /** As a run of its own begins with it. @param unasked what it asks first */
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

    /** Before a run has begun. */
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
