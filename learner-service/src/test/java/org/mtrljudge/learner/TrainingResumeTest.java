package org.mtrljudge.learner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSettings;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** On the CPU training goes on from a checkpoint as if it had never stopped, to the bit. */
class TrainingResumeTest {
    private static final int STEPS = 12;
    private static final int GROUPS = 6;
    private static final int GROUP_SIZE = 4;

    @TempDir
    private Path folder;

    private static LearnerSettings settings() {
        return new LearnerSettings(
                new LearnerSettings.Data(GROUPS, 64),
                new LearnerSettings.Rollout(GROUP_SIZE, 1, 1),
                new LearnerSettings.Actor(
                        3,
                        0.2,
                        0.28,
                        "token",
                        1,
                        2000,
                        new ModelSettings(
                                "float32", false, new ModelSettings.LoraSettings(0, 64, List.of("all-linear"))),
                        new LearnerSettings.Optim(1e-3, 0.01, 0.9, 0.98, 2, "cosine", 0.1)),
                new LearnerSettings.Algorithm(0, false, "none", 2),
                new LearnerSettings.Trainer(STEPS, 0, 0, 0, 0, 1, List.of(), true, 1, 1, 1000),
                new SftSettings(false, 0, 1, 1, 0, 0, 0, 0));
    }

    /** Groups of a step: other pictures, lengths and rewards at every step. */
    private static List<LearnedGroup> batch(final JudgeModel model, final int step) {
        final BuiltInTasks tasks = new BuiltInTasks(1, STEPS * GROUPS, 1, 1);
        final List<LearnedGroup> groups = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            final int number = (step - 1) * GROUPS + i;
            final JudgeExample example = tasks.example(i % 2 == 0 ? "alignment" : "safety", Split.TRAIN, number);
            final EncodedPrompt prompt = model.encode(example.prompt(), example.pictures(), example.id());
            final List<int[]> completions = new ArrayList<>();
            final double[] advantages = new double[GROUP_SIZE];
            int tokens = 0;
            for (int c = 0; c < GROUP_SIZE; c++) {
                final String text = "<think>seen" + " red ball left.".repeat(1 + (number + c) % 5) + "</think>";
                completions.add(model.encodeCompletion(text + "<answer>yes</answer>"));
                tokens += completions.get(c).length;
                advantages[c] = c % 2 == 0 ? 1 : -1;
            }
            final float[] behaviour = new float[tokens];
            Arrays.fill(behaviour, -3f);
            groups.add(new LearnedGroup(
                    example.task(), 0, new PackedGroup(prompt, completions), behaviour, advantages, false));
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
                    trainer.save(checkpoint, "learner.json", new byte[] {'{', '}'});
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
