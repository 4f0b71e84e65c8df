package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** A validation whose answers are in the log when a restarted learner computes other weights for its step. */
@Timeout(180)
class RepeatedValidationIT {
    private static final int BATCH = 2;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("repeated", new LocalSchemaRegistry());

    private static LearnerSettings settings() {
        final List<String> pairs = List.of(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "rollout.n=2",
                "actor.global_batch_size=" + BATCH,
                "algorithm.online_filtering=false",
                "trainer.total_steps=2",
                "trainer.val_freq=1",
                "trainer.save_freq=0",
                "trainer.test_before_train=false",
                "sft.steps=0");
        return SettingsTree.read(null, Map.of(), pairs).bind(LearnerSettings.class);
    }

    private void train(final TestBroker broker, final Runnable health) {
        final RunContext context = new RunContext(
                broker.clients(topics),
                WeightTransport.LOG,
                "settings",
                folder.resolve("checkpoints"),
                folder,
                new TrainingListener() {},
                health,
                Clock.systemUTC());
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                Learner learner = new Learner(context, settings(), model, new BuiltInTasks(1, 20, 2, 1), null)) {
            learner.run();
        }
    }

    @Test
    void shouldAskAgainWhenTheWeightsAreOthers() throws Exception {
        final AtomicBoolean secondValidation = new AtomicBoolean();
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            try (CannedAnswers answers = CannedAnswers.start(broker.clients(topics), prompt -> {
                secondValidation.compareAndSet(false, prompt.getPromptId().startsWith("eval-rl-2-"));
                return List.of(CannedAnswers.scored(topics, prompt));
            })) {
                assertThatThrownBy(() -> train(broker, () -> {
                            if (secondValidation.get()) {
                                throw new IllegalStateException("killed");
                            }
                        }))
                        .hasMessage("killed");
                final Path moments = folder.resolve("checkpoints/global_step_1/optimizer.safetensors");
                final byte[] other = Files.readAllBytes(moments);
                // the moments differ, as if another machine had computed them
                Arrays.fill(other, other.length / 2, other.length / 2 + 4096, (byte) 0);
                Files.write(moments, other);
                train(broker, () -> {});
            }
            final List<TrainingStep> journal = LoggedValues.read(broker, topics.journal());
            final TrainingStep resumed = journal.stream()
                    .filter(step -> step.getPhase().equals("resumed"))
                    .findFirst()
                    .orElseThrow();
            final List<PromptRequest> repeated = LoggedValues.read(broker, topics.prompts()).stream()
                    .filter(prompt -> prompt.getPromptId().startsWith("eval-v" + resumed.getPolicyVersion() + "-rl-2-"))
                    .toList();
            assertThat(repeated)
                    .as("the examples of the validation split, for the other weights")
                    .hasSize(new BuiltInTasks(1, 20, 2, 1)
                            .tasks(Split.VALIDATION).stream()
                                    .mapToInt(task -> 2)
                                    .sum())
                    .allMatch(prompt -> prompt.getMinPolicyVersion() == resumed.getPolicyVersion());
        }
    }
}
