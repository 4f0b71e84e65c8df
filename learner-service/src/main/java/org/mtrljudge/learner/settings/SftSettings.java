package org.mtrljudge.learner.settings;

import org.mtrljudge.settings.Check;

/**
 * Supervised fine-tuning on demonstrations.
 *
 * @param steps the number of steps; 0 leaves the stage out
 * @param batchSize demonstrations per update
 * @param labelOnly whether the verdict is learned without the reasoning, as in the SFT of the paper
 * @param demosPerTask the number of examples per task to learn from
 * @param lr the peak learning rate; the rate rises over the first tenth and falls along a cosine to a tenth of the peak
 * @param maxSeconds ends the stage early, 0 for no such limit; the learning rate follows the limit that is nearer
 * @param valFreq steps between validations, the best of which is kept; 0: the last weights are kept
 * @param valPatience the stage ends after this number of consecutive validations without a new best; 0: only after its steps
 */
public record SftSettings(
        boolean labelOnly,
        int steps,
        int batchSize,
        int demosPerTask,
        double lr,
        int maxSeconds,
        int valFreq,
        int valPatience) {
    public SftSettings {
        Check.range("sft.max_seconds", maxSeconds, 0, 1_000_000);
        Check.range("sft.val_freq", valFreq, 0, 1_000_000);
        Check.range("sft.val_patience", valPatience, 0, 10_000);
        Check.range("sft.steps", steps, 0, 1_000_000);
        Check.range("sft.batch_size", batchSize, 1, 4096);
        Check.range("sft.demos_per_task", demosPerTask, 1, 10_000_000);
        Check.range("sft.lr", lr, 0, 1);
    }

    /** The finished part of the stage after these steps and seconds; 1 or more when the stage is over. */
    public double progress(final int stepsDone, final double seconds) {
        return Math.max((double) stepsDone / steps, maxSeconds == 0 ? 0 : seconds / maxSeconds);
    }

    /** The learning rate after the finished part of the stage, 0..1. */
    public double learningRate(final double progress) {
        final double rising = 0.1;
        if (progress < rising) {
            return lr * (0.1 + 0.9 * progress / rising);
        }
        return LearnerSettings.Optim.cosine(lr, 0.1, (progress - rising) / (1 - rising));
    }
}
