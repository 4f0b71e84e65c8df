package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** On the CPU, training resumes from a checkpoint with the same result as training without a stop, to the bit. */
class TrainingResumeTest {
    private static final int STEPS = 12;
    private static final int GROUPS = 6;
    private static final int GROUP_SIZE = 4;

    @TempDir
    private Path folder;

    private static LearnerSettings settings() {
        return Samples.settings(
                "data.rollout_batch_size=" + GROUPS,
                "rollout.n=" + GROUP_SIZE,
                "actor.global_batch_size=3",
                "actor.max_tokens_per_micro_batch=2000",
                "actor.optim.lr=1.0e-3",
                "actor.optim.lr_warmup_steps=2",
                "algorithm.online_filtering=false",
                "trainer.total_steps=" + STEPS);
    }

    /** The groups of a step. Every step has different pictures, lengths and rewards. */
    private static List<LearnedGroup> batch(final JudgeModel model, final int step) {
        final BuiltInTasks tasks = new BuiltInTasks(1, STEPS * GROUPS, 1, 1);
        final List<LearnedGroup> groups = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            final int number = (step - 1) * GROUPS + i;
            final JudgeExample example = tasks.example(i % 2 == 0 ? "alignment" : "safety", Split.TRAIN, number);
            final String[] completions = new String[GROUP_SIZE];
            for (int c = 0; c < GROUP_SIZE; c++) {
                completions[c] =
                        "<think>seen" + " red ball left.".repeat(1 + (number + c) % 5) + "</think><answer>yes</answer>";
            }
            groups.add(Samples.answers(model, example, completions).sampledWith(-3f));
        }
        return groups;
    }

    private static String digest(final JudgeModel model) {
        return Sha256.of(model.policy().toSafetensors());
    }

    @ParameterizedTest
    @CsvSource({"float32, 0, false, 1", "float32, 0, false, 7", "bfloat16, 4, true, 5"})
    void shouldGiveTheSameWeightsAsTrainingThatWasNeverStopped(
            final String dtype, final int rank, final boolean checkpointing, final int stop) {
        final ModelOptions options = new ModelOptions(
                "cpu",
                dtype.equals("float32") ? WeightType.F32 : WeightType.BF16,
                rank == 0 ? null : new Lora(rank, 8, List.of(Lora.ALL_LINEAR)),
                checkpointing);
        final List<String> digests = new ArrayList<>();
        final Path checkpoint = folder.resolve("stopped");
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), options);
                GrpoTrainer trainer = new GrpoTrainer(model, settings())) {
            for (int step = 1; step <= STEPS; step++) {
                trainer.learn(batch(model, step));
                digests.add(digest(model));
                if (step == stop) {
                    trainer.save(checkpoint, "learner.json", () -> new byte[] {'{', '}'});
                }
            }
        }
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), options);
                GrpoTrainer trainer = new GrpoTrainer(model, settings())) {
            trainer.resume(checkpoint, stop);
            assertThat(digest(model)).isEqualTo(digests.get(stop - 1));
            for (int step = stop + 1; step <= STEPS; step++) {
                trainer.learn(batch(model, step));
                assertThat(digest(model)).as("step %d", step).isEqualTo(digests.get(step - 1));
            }
        }
        assertThat(digests).doesNotHaveDuplicates();
    }
}
