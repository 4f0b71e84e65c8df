package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** Guarantee 2 with dead prompts: those of the actors, and those that the learner cannot make. */
@Timeout(180)
class DeadPromptsFoldIT {
    private static final int STEPS = 6;
    private static final int BATCH = 4;

    @TempDir
    private Path folder;

    private final LocalSchemaRegistry registry = new LocalSchemaRegistry();
    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(folder);
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    /** Every third example has a damaged picture. Every fifth has a picture whose file is missing. */
    private static final class Damaged implements ExampleSource {
        private final BuiltInTasks whole = new BuiltInTasks(1, 30, 0, 1);

        @Override
        public List<String> tasks(final Split split) {
            return List.of("alignment");
        }

        @Override
        public int size(final String task, final Split split) {
            return whole.size(task, split);
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            final JudgeExample example = whole.example(task, split, index);
            return split != Split.TRAIN || index % 3 != 0 && index % 5 != 0
                    ? example
                    : new JudgeExample(
                            example.id(),
                            task,
                            example.prompt(),
                            List.of(
                                    index % 3 == 0
                                            ? new ExampleImage(new byte[] {1, 2}, null)
                                            : new ExampleImage(Damaged::missing, null)),
                            example.answer(),
                            example.verdictType(),
                            null,
                            null,
                            null);
        }

        private static byte[] missing() {
            throw new DataException("the picture is not there");
        }
    }

    private static LearnerSettings settings() {
        final List<String> pairs = List.of(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "rollout.n=2",
                "actor.global_batch_size=" + BATCH,
                "actor.optim.lr=1.0e-4",
                "algorithm.online_filtering=false",
                "trainer.total_steps=" + STEPS,
                "trainer.val_freq=0",
                "trainer.save_freq=2",
                "trainer.reask_after_ms=1500",
                "sft.steps=0");
        return SettingsTree.read(null, Map.of(), pairs).bind(LearnerSettings.class);
    }

    private GroupCounts train(final Topics topics, final ExampleSource source, final Runnable health) {
        final RunContext context = new RunContext(
                broker.clients(topics),
                WeightTransport.LOG,
                "settings",
                folder.resolve(topics.run()),
                folder,
                new TrainingListener() {},
                health,
                Clock.systemUTC());
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                Learner learner = new Learner(context, settings(), model, source, null)) {
            return learner.run().groups();
        }
    }

    /** Every seventh prompt is refused by the actor. */
    private static List<ProducerRecord<String, byte[]>> answer(final Topics topics, final PromptRequest prompt) {
        return List.of(
                prompt.getPromptId().matches("train-\\d*7-.*")
                        ? CannedAnswers.dead(topics, prompt)
                        : CannedAnswers.scored(topics, prompt));
    }

    /** The broker loses the first copy of every fourth prompt. */
    private static List<ProducerRecord<String, byte[]>> answerLater(
            final Topics topics, final PromptRequest prompt, final Set<String> lost) {
        return prompt.getPromptId().matches("train-\\d*[048]-.*") && lost.add(prompt.getPromptId())
                ? List.of()
                : answer(topics, prompt);
    }

    private GroupCounts runWhole(final Topics topics) {
        broker.prepare(topics);
        try (CannedAnswers answers = CannedAnswers.start(broker.clients(topics), prompt -> answer(topics, prompt))) {
            return train(topics, new Damaged(), () -> {});
        }
    }

    /** Each of six lives ends at another point. */
    private GroupCounts runWithDeaths(final Topics topics) {
        broker.prepare(topics);
        try (CannedAnswers answers = CannedAnswers.start(broker.clients(topics), prompt -> answer(topics, prompt))) {
            return trainWithDeaths(topics);
        }
    }

    private GroupCounts trainWithDeaths(final Topics topics) {
        final Damaged source = new Damaged();
        for (int death = 1; death <= 6; death++) {
            final AtomicInteger polls = new AtomicInteger(2 + 3 * death);
            try {
                return train(topics, source, () -> {
                    if (polls.decrementAndGet() < 0) {
                        throw new IllegalStateException("killed");
                    }
                });
            } catch (final IllegalStateException killed) {
                assertThat(killed).hasMessage("killed");
            }
        }
        return train(topics, source, () -> {});
    }

    private List<String> learned(final Topics topics) {
        final List<String> learned = new ArrayList<>();
        for (final TrainingStep step : LoggedValues.read(broker, topics.journal())) {
            step.getLearned().stream().map(LearnedOffset::getPromptId).forEach(learned::add);
        }
        return learned;
    }

    @Test
    void shouldLearnTheSameWhenKilledAsWithoutAnInterruption() {
        final Topics whole = new Topics("whole", registry);
        final Topics killed = new Topics("killed", registry);
        final GroupCounts counts = runWhole(whole);
        assertThat(counts.learned()).isEqualTo(STEPS * BATCH);
        assertThat(counts.published()).isEqualTo(counts.learned() + counts.dead());
        assertThat(LoggedValues.read(broker, whole.deadLetters()))
                .extracting(DeadLetter::getService)
                .contains("learner", "actor")
                .hasSize((int) counts.dead());

        assertThat(runWithDeaths(killed)).isEqualTo(counts);
        assertThat(learned(killed)).isEqualTo(learned(whole)).doesNotHaveDuplicates();
        assertThat(LoggedValues.read(broker, killed.journal()))
                .extracting(TrainingStep::getWeightDigest)
                .isEqualTo(LoggedValues.read(broker, whole.journal()).stream()
                        .map(TrainingStep::getWeightDigest)
                        .toList());
        assertThat(LoggedValues.read(broker, killed.deadLetters()))
                .as("written once each")
                .hasSize((int) counts.dead());
    }

    @Test
    void shouldAskLostPromptsAgainAndLearnEachOnceAlsoOverRestarts() {
        final Topics topics = new Topics("lossy", registry);
        broker.prepare(topics);
        final Set<String> lost = new HashSet<>();
        final GroupCounts counts;
        try (CannedAnswers answers =
                CannedAnswers.start(broker.clients(topics), prompt -> answerLater(topics, prompt, lost))) {
            counts = trainWithDeaths(topics);
        }
        assertThat(counts.learned()).isEqualTo(STEPS * BATCH);
        assertThat(counts.published()).isEqualTo(counts.learned() + counts.stale() + counts.dead());
        assertThat(lost).isNotEmpty();
        assertThat(LoggedValues.read(broker, topics.prompts()))
                .extracting(PromptRequest::getPromptId)
                .as("asked again")
                .filteredOn(lost::contains)
                .hasSizeGreaterThan(lost.size());
        assertThat(learned(topics)).hasSize(STEPS * BATCH).doesNotHaveDuplicates();
        assertThat(LoggedValues.read(broker, topics.journal()))
                .as("each step once, no weights computed again")
                .extracting(TrainingStep::getPolicyVersion)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, STEPS).boxed().toList());
    }
}
