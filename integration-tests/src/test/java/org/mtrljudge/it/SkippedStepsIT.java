package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** A run whose gradients are not finite from its third step on. */
@Timeout(180)
class SkippedStepsIT {
    private static final int BATCH = 2;
    // an advantage that is finite, but not as a float
    private static final double TOO_LARGE = 1e300;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("nan", new LocalSchemaRegistry());
    private final List<String> warnings = new ArrayList<>();

    private static LearnerSettings settings() {
        final List<String> pairs = List.of(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "rollout.n=2",
                "actor.global_batch_size=" + BATCH,
                "trainer.total_steps=40",
                "trainer.val_freq=0",
                "trainer.save_freq=5",
                "sft.steps=0");
        return SettingsTree.read(null, Map.of(), pairs).bind(LearnerSettings.class);
    }

    /** The prompts of the first two steps have numbers below four. */
    private ProducerRecord<String, byte[]> answer(final PromptRequest prompt) {
        final ProducerRecord<String, byte[]> sound = CannedAnswers.scored(topics, prompt);
        if (!prompt.getPromptId().startsWith("train-") || prompt.getPromptId().matches("train-[0-3]-.*")) {
            return sound;
        }
        final ScoredGroup group = topics.scored().valueSerde().decode(sound.value());
        final List<CompletionScore> scores = List.of(
                new CompletionScore(Map.of(), 1.0, TOO_LARGE, null, null, null),
                new CompletionScore(Map.of(), 0.0, -TOO_LARGE, null, null, null));
        return topics.scored()
                .message(
                        prompt.getPromptId(),
                        new ScoredGroup(group.getRollout(), "test", 1, scores, false, 0.0, null, 0));
    }

    private void train(final TestBroker broker) {
        final TrainingListener listener = new TrainingListener() {
            @Override
            public void warned(final String message) {
                warnings.add(message);
            }
        };
        final RunContext context = new RunContext(
                broker.clients(topics),
                WeightTransport.LOG,
                "settings",
                folder.resolve("checkpoints"),
                folder,
                listener,
                () -> {},
                Clock.systemUTC());
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                Learner learner = new Learner(context, settings(), model, new BuiltInTasks(1, 50, 0, 1), null)) {
            learner.run();
        }
    }

    @Test
    void shouldEndAfterTenStepsWithoutAFiniteGradientAndTheSameAfterARestart() throws Exception {
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            try (CannedAnswers answers =
                    CannedAnswers.start(broker.clients(topics), prompt -> List.of(answer(prompt)))) {
                for (int life = 1; life <= 2; life++) {
                    assertThatThrownBy(() -> train(broker))
                            .isInstanceOf(LearnerException.class)
                            .hasMessageContaining("no gradient of the last 10 steps was finite")
                            .hasMessageContaining("not changed since step 2");
                }
            }
            final List<String> digests = LoggedValues.read(broker, topics.journal()).stream()
                    .map(TrainingStep::getWeightDigest)
                    .toList();
            assertThat(digests).as("the first weights and twelve steps").hasSize(13);
            assertThat(digests.subList(0, 3)).doesNotHaveDuplicates();
            assertThat(digests.subList(2, 13)).containsOnly(digests.get(2));
            assertThat(warnings)
                    .filteredOn(warning -> warning.contains("updates were skipped"))
                    .hasSize(10)
                    .first()
                    .asString()
                    .contains("step 3: 1 of 1 updates were skipped")
                    .containsPattern("at offset \\d+, offset \\d+ of the scored groups");
        }
    }
}
