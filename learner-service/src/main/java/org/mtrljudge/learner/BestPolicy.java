package org.mtrljudge.learner;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.tasks.Split;

/**
 * Validates the policy now and then and keeps the best one as a checkpoint: that one is tested in the end (the paper: the
 * best validation checkpoint is the one tested). Best is the highest mean macro-F1; of equals the first.
 */
final class BestPolicy {
    private final TestRound round;
    private final JudgeModel model;
    private final Path checkpoint;
    private Standing standing;

    /** The best of the validations so far: its score and step; below 0 before the first. */
    record Standing(double score, int step) {
        static final Standing NONE = new Standing(-1, 0);
    }

    /** @param checkpoint the folder that holds the best policy, written anew whenever a better one comes */
    BestPolicy(final TestRound round, final JudgeModel model, final Path checkpoint, final Standing standing) {
        this.round = round;
        this.model = model;
        this.checkpoint = checkpoint;
        this.standing = standing;
    }

    Standing standing() {
        return standing;
    }

    /** Whether a validation follows: on schedule and at the end of a stage, when there is something to validate on. */
    boolean isDue(final int frequency, final int step, final boolean last) {
        return frequency > 0 && (last || step % frequency == 0) && round.size(Split.VALIDATION) > 0;
    }

    /**
     * Whether validation stands still after a step: the paper ends every model there.
     *
     * @param patience so many validations, {@code frequency} steps apart, were no better than the best; 0: never
     */
    boolean hasPlateaued(final int patience, final int frequency, final int step) {
        return patience > 0 && frequency > 0 && standing.score >= 0 && step - standing.step >= patience * frequency;
    }

    /**
     * Validates the model's weights, which the actors know as {@code version}. Nothing else may be asked meanwhile.
     *
     * @param stage rl or warmup
     * @return {@code val/…} metrics
     */
    Map<String, Double> validate(final String stage, final int step, final int version) {
        final long start = System.nanoTime();
        final Evaluation evaluation = round.run(stage + "-" + step, version, Split.VALIDATION, done -> {});
        final Map<String, Double> metrics = new TreeMap<>();
        evaluation.tasks().forEach(task -> metrics.put("val/" + task + "/macro_f1", evaluation.macroF1(task)));
        final double score = evaluation.meanMacroF1(evaluation.tasks());
        metrics.put("val/mean_macro_f1", score);
        metrics.put("val/format_rate", evaluation.formatRate());
        offer(step, score);
        metrics.put("timing_s/testing", (System.nanoTime() - start) / 1e9);
        return metrics;
    }

    private void offer(final int step, final double score) {
        if (score > standing.score) {
            model.save(checkpoint);
            standing = new Standing(score, step);
        }
    }

    /**
     * Ends the stage: the model gets the best weights, or, when none were validated, keeps the last, which become the checkpoint.
     *
     * @param lastStep of the stage
     * @return the step whose weights the model now holds
     */
    int settle(final int lastStep) {
        if (standing.score < 0) {
            model.save(checkpoint);
            return lastStep;
        }
        if (standing.step != lastStep) {
            model.restore(checkpoint);
        }
        return standing.step;
    }
}
