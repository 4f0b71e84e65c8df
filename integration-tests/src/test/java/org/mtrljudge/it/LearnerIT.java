package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** The learner with answers that come late, twice, never, or in an unexpected form. */
@Timeout(180)
class LearnerIT {
    private static final int STEPS = 3;
    private static final int BATCH = 6;
    private static final int TOO_OLD = -7;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("learner", new LocalSchemaRegistry());
    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private static LearnerSettings settings() {
        final List<String> pairs = List.of(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "rollout.n=2",
                "actor.global_batch_size=" + BATCH,
                "actor.optim.lr=1.0e-4",
                "actor.optim.lr_warmup_steps=0",
                "algorithm.online_filtering=false",
                "trainer.total_steps=" + STEPS,
                "trainer.val_freq=0",
                "trainer.save_limit=2",
                "trainer.stall_warning_ms=500",
                "sft.steps=0");
        return SettingsTree.read(null, Map.of(), pairs).bind(LearnerSettings.class);
    }

    private RunContext context(final TrainingListener listener, final Runnable health) {
        return new RunContext(
                broker.clients(topics),
                WeightTransport.LOG,
                "settings",
                folder.resolve("checkpoints"),
                folder,
                listener,
                health,
                Clock.systemUTC());
    }

    private TrainingResult train(final Warnings warnings, final Runnable health) {
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                Learner learner = new Learner(
                        context(warnings, health), settings(), model, new BuiltInTasks(1, 50, 0, 1), null)) {
            return learner.run();
        }
    }

    @Test
    void shouldSortAnswersIntoLearnedStaleAndDeadAndDropDuplicates() throws Exception {
        final Warnings warnings = new Warnings();
        final TrainingResult result;
        final Answers answers = new Answers(broker.clients(topics));
        try (answers) {
            answers.start();
            result = train(warnings, () -> {});
        }

        assertThat(result.groups().learned()).isEqualTo(STEPS * BATCH);
        assertThat(result.groups().stale()).isEqualTo(answers.old.size()).isPositive();
        assertThat(result.groups().dead()).isEqualTo(answers.dead.size()).isPositive();
        assertThat(result.groups().published())
                .isEqualTo(result.groups().scored())
                .isEqualTo(STEPS * BATCH + answers.old.size() + answers.dead.size());
        assertThat(warnings.metrics.get(STEPS).get("fully_async/count/duplicate_samples"))
                .as("second answers")
                .isPositive();
        assertThat(warnings.said)
                .filteredOn(w -> w.contains("became a dead letter"))
                .hasSameSizeAs(answers.dead);
        assertThat(warnings.metrics.values())
                .allSatisfy(step -> assertThat(step.get("staleness/max")).isLessThanOrEqualTo(1));
        final List<String> learned = new ArrayList<>();
        final List<String> stale = new ArrayList<>();
        for (final TrainingStep step : answers.journal) {
            step.getLearned().forEach(l -> learned.add(l.getPromptId()));
            stale.addAll(step.getStale());
        }
        assertThat(learned).hasSize(STEPS * BATCH).doesNotHaveDuplicates();
        assertThat(answers.old).containsAll(stale);
    }

    @Test
    void shouldContinueAfterARestartWithoutAskingOrLearningAnythingTwice() throws Exception {
        final Warnings warnings = new Warnings();
        final TrainingResult result;
        final Answers answers = new Answers(broker.clients(topics));
        try (answers) {
            answers.start();
            // Each life ends at another point: while the learner tests, asks, learns or has published.
            for (int life = 1; life <= 4; life++) {
                final AtomicInteger checks = new AtomicInteger(3 * life);
                try {
                    train(warnings, () -> {
                        if (checks.decrementAndGet() < 0) {
                            throw new IllegalStateException("killed");
                        }
                    });
                } catch (final IllegalStateException killed) {
                    assertThat(killed).hasMessage("killed");
                }
            }
            result = train(warnings, () -> {});
        }

        final List<String> asked = LoggedValues.read(broker, topics.prompts()).stream()
                .map(PromptRequest::getPromptId)
                .toList();
        assertThat(asked).doesNotHaveDuplicates();
        final List<TrainingStep> journal = LoggedValues.read(broker, topics.journal());
        assertThat(journal).extracting(TrainingStep::getPolicyVersion).containsExactly(0, 1, 2, 3);
        final List<String> learned = new ArrayList<>();
        final List<String> stale = new ArrayList<>();
        for (final TrainingStep step : journal) {
            step.getLearned().forEach(l -> learned.add(l.getPromptId()));
            stale.addAll(step.getStale());
        }
        assertThat(learned).hasSize(STEPS * BATCH).doesNotHaveDuplicates();
        assertThat(stale).doesNotHaveDuplicates().doesNotContainAnyElementsOf(learned);
        assertThat(result.groups().learned()).isEqualTo(STEPS * BATCH);
        assertThat(result.groups().published())
                .as("asked = learned + stale + dead, over all lives")
                .isEqualTo(asked.stream().filter(id -> id.startsWith("train-")).count())
                .isEqualTo(result.groups().scored())
                .isEqualTo(result.groups().learned()
                        + result.groups().stale()
                        + result.groups().dead());
        assertThat(result.groups().stale()).isEqualTo(answers.old.size());
        assertThat(result.groups().dead()).isEqualTo(answers.dead.size());
        assertThat(warnings.said).noneMatch(w -> w.contains("computed again"));
    }

    @Test
    void shouldWarnThatARepeatedStepDiffersAndPublishItAsANewVersion() throws Exception {
        final Warnings warnings = new Warnings();
        final Answers answers = new Answers(broker.clients(topics));
        try (answers) {
            answers.start();
            train(warnings, () -> {});
            final Path checkpoints = folder.resolve("checkpoints");
            // Without this file, step 3 is learned again from step 2.
            Files.delete(checkpoints.resolve("global_step_3").resolve("learner.json"));
            final Path moments = checkpoints.resolve("global_step_2").resolve("optimizer.safetensors");
            final byte[] other = Files.readAllBytes(moments);
            // The moments differ, as if another machine had computed them.
            Arrays.fill(other, other.length / 2, other.length / 2 + 4096, (byte) 0);
            Files.write(moments, other);
            train(warnings, () -> {});
        }
        assertThat(warnings.said)
                .anyMatch(w -> w.contains("rl 3 was computed again and gave other weights than version 3"));
        final List<TrainingStep> journal = LoggedValues.read(broker, topics.journal());
        assertThat(journal).extracting(TrainingStep::getPhase).containsExactly("init", "rl", "rl", "rl", "resumed");
        assertThat(journal.get(4).getPolicyVersion()).isEqualTo(4);
        assertThat(journal.get(4).getWeightDigest()).isNotEqualTo(journal.get(3).getWeightDigest());
    }

    @Test
    void shouldNameTheServiceThatIsStalled() {
        final Warnings warnings = new Warnings();
        final Runnable givesUpOnceWarned = () -> {
            if (!warnings.said.isEmpty()) {
                throw new IllegalStateException("seen enough");
            }
        };
        assertThatThrownBy(() -> train(warnings, givesUpOnceWarned)).hasMessage("seen enough");
        assertThat(warnings.said.get(0)).contains("the actors are stalled (8 prompts, 0 rollout groups)");
    }

    private static final class Warnings implements TrainingListener {
        private final List<String> said = new ArrayList<>();
        private final Map<Integer, Map<String, Double>> metrics = new HashMap<>();

        @Override
        public void progressed(final String phase, final int done, final Map<String, Double> values) {
            if (phase.equals("rl")) {
                metrics.put(done, values);
            }
        }

        @Override
        public void warned(final String message) {
            said.add(message);
        }
    }

    /**
     * Replaces actors and rewards. Of the answers to training prompts, every seventh is a dead letter, and every fifth of the others
     * is too old. All other answers are sent twice.
     */
    private static final class Answers implements AutoCloseable {
        private static final int DEAD_EVERY = 7;
        private static final int TOO_OLD_EVERY = 5;

        private final Set<String> old = ConcurrentHashMap.newKeySet();
        private final Set<String> dead = ConcurrentHashMap.newKeySet();
        private final List<TrainingStep> journal = new ArrayList<>();
        private final Topics topics;
        private final KafkaClients clients;
        private final Thread thread = new Thread(this::answer, "answers");
        private volatile boolean stopping;

        Answers(final KafkaClients clients) {
            this.topics = clients.topics();
            this.clients = clients;
        }

        void start() {
            thread.start();
        }

        private void answer() {
            final TopicPartition prompts = new TopicPartition(topics.prompts().name(), 0);
            final TopicPartition steps = new TopicPartition(topics.journal().name(), 0);
            try (Consumer<String, byte[]> consumer = clients.consumer(KafkaClients.Fetching.BY_DEFAULT);
                    Producer<String, byte[]> producer = clients.producer()) {
                consumer.assign(List.of(prompts, steps));
                consumer.seekToBeginning(List.of(prompts, steps));
                int asked = 0;
                boolean drained = false;
                while (!(stopping && drained)) {
                    final boolean last = stopping;
                    final var records = consumer.poll(Duration.ofMillis(200));
                    for (final ConsumerRecord<String, byte[]> record : records) {
                        if (record.topic().equals(steps.topic())) {
                            journal.add(topics.journal().valueSerde().decode(record.value()));
                            continue;
                        }
                        final PromptRequest prompt =
                                topics.prompts().valueSerde().decode(record.value());
                        final boolean training = prompt.getPurpose() == Purpose.TRAIN;
                        messages(prompt, training ? ++asked : 1).forEach(producer::send);
                    }
                    drained = last && records.isEmpty();
                }
            }
        }

        /** @param number the position of a training prompt, from 1; a prompt of an evaluation has 1 and gets the usual answer */
        private List<ProducerRecord<String, byte[]>> messages(final PromptRequest prompt, final int number) {
            if (isAnsweredByADeadLetter(number)) {
                return List.of(deadLetter(prompt));
            }
            return isAnsweredTooLate(number) ? List.of(staleGroup(prompt)) : freshGroupTwice(prompt);
        }

        private static boolean isAnsweredByADeadLetter(final int number) {
            return number % DEAD_EVERY == 0;
        }

        private static boolean isAnsweredTooLate(final int number) {
            return number % TOO_OLD_EVERY == 0;
        }

        private ProducerRecord<String, byte[]> deadLetter(final PromptRequest prompt) {
            final String id = prompt.getPromptId();
            dead.add(id);
            return topics.deadLetters()
                    .message(
                            id,
                            DeadLetters.of(id, "learner.prompts", 0, 0, "actor", "no", ByteBuffer.wrap(new byte[0])));
        }

        private ProducerRecord<String, byte[]> staleGroup(final PromptRequest prompt) {
            old.add(prompt.getPromptId());
            return topics.scored().message(prompt.getPromptId(), scored(prompt, TOO_OLD));
        }

        private List<ProducerRecord<String, byte[]>> freshGroupTwice(final PromptRequest prompt) {
            final String id = prompt.getPromptId();
            final ScoredGroup fresh = scored(prompt, prompt.getMinPolicyVersion());
            return List.of(topics.scored().message(id, fresh), topics.scored().message(id, fresh));
        }

        private static ScoredGroup scored(final PromptRequest prompt, final int version) {
            final List<Completion> completions = new ArrayList<>();
            final List<CompletionScore> scores = new ArrayList<>();
            for (int c = 0; c < prompt.getGroupSize(); c++) {
                completions.add(new Completion(
                        "word",
                        PackedArrays.ofInts(new int[] {100 + c, 200}),
                        PackedArrays.ofFloats(new float[] {-5, -5}),
                        FinishReason.STOP,
                        null));
                scores.add(new CompletionScore(Map.of("accuracy", 1.0 * c), 1.0 * c, 2.0 * c - 1, null, null));
            }
            return new ScoredGroup(
                    new RolloutGroup(prompt, version, "", "test", completions, 0L, 0.0, null),
                    "test",
                    1,
                    scores,
                    false,
                    0.0,
                    null);
        }

        @Override
        public void close() throws InterruptedException {
            stopping = true;
            thread.join();
        }
    }
}
