package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.SftSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class SftTrainerTest {
    private static final String WEIGHT = "model.language_model.layers.0.mlp.down_proj.weight";

    /** One update of twelve demonstrations of unlike lengths, then the loss of the next batch. */
    private static double[] learned(final int maxTokensPerMicroBatch) {
        final SftSettings settings = new SftSettings(false, 2, 12, 20, 1e-3, 0, 0, 0);
        final AdamW.Settings adamW = new AdamW.Settings(0.01, 0.9, 0.98, 1e-8, 1.0);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                SftTrainer trainer = new SftTrainer(
                        model,
                        settings,
                        new SftTrainer.Update(adamW, maxTokensPerMicroBatch),
                        new BuiltInTasks(1, 20, 1, 1),
                        7,
                        warning -> {})) {
            return new double[] {
                trainer.step(0.5),
                trainer.step(0.5),
                model.policy().tensors().get(WEIGHT).sum().getFloat()
            };
        }
    }

    @Test
    void shouldLearnTheSameInMicroBatches() {
        final double[] whole = learned(16_384);
        final double[] divided = learned(200);
        for (int i = 0; i < whole.length; i++) {
            assertThat(divided[i]).isCloseTo(whole[i], within(1e-4));
        }
        // the mean is over all tokens of the update, not over the means of its micro-batches
        assertThat(whole[0]).isGreaterThan(whole[1]).isGreaterThan(0.1);
    }
}
