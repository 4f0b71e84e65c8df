package org.mtrljudge.learner.settings;

import org.mtrljudge.settings.Check;

/**
 * Supervised fine-tuning on demonstrations.
 *
 * @param steps 0 leaves the stage out
 * @param batchSize demonstrations an update
 * @param labelOnly learn the verdict without the reasoning, as the paper's SFT does
 * @param demosPerTask how many examples of each task there are to learn from
 * @param lr peak learning rate; it rises over the first tenth and falls along a cosine to a tenth
 * @param maxSeconds ends the stage early, 0 for no such limit; the learning rate follows whichever limit is nearer
 * @param valFreq steps between validations, the best of which is kept; 0: the last weights are kept
 * @param valPatience the stage ends when so many validations in a row were no better than the best before; 0: after its steps only
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

    /** How much of the stage is done after so many steps and seconds; 1 or more when it is over. */
    public double progress(final int stepsDone, final double seconds) {
        return Math.max((double) stepsDone / steps, maxSeconds == 0 ? 0 : seconds / maxSeconds);
    }

    /** The learning rate of a step counted from 0, when {@code progress} of the stage (0..1) is done. */
    public double learningRate(final double progress) {
        final double rising = 0.1;
        if (progress < rising) {
            return lr * (0.1 + 0.9 * progress / rising);
        }
        return LearnerSettings.Optim.cosine(lr, 0.1, (progress - rising) / (1 - rising));
    }
}
