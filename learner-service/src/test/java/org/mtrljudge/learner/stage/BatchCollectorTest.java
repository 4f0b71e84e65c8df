package org.mtrljudge.learner.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.algorithm.Samples;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.prompts.OpenPrompt;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerTopics;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class BatchCollectorTest {
    private static final int BATCH = 2;
    private static final int MAX_STALENESS = 1;
    private static JudgeModel model;

    private final LearnerTopics topics = new LearnerTopics();
    private final BuiltInTasks source = new BuiltInTasks(1, 20, 1, 1);

    @BeforeAll
    static void load() {
        model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static LearnerSettings settings() {
        return Samples.settings(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "actor.global_batch_size=" + BATCH,
                "rollout.n=2",
                "rollout.temperature=0.9",
                "trainer.total_steps=10",
                "trainer.max_staleness=" + MAX_STALENESS,
                "trainer.val_freq=0");
    }

    private BatchCollector collector(final Exchange exchange, final PastRun past) {
        return new BatchCollector(settings(), exchange, source, past, model);
    }

    private Exchange exchange(final PastRun past) {
        return topics.exchange(past, (MAX_STALENESS + 1) * BATCH);
    }

    private void score(final int number, final int version) {
        topics.score(topics.asked().get(number), version, "yes", "no");
    }

    /** The journal entry of step 1. */
    private static TopicScan.Entry<TrainingStep> learned(final String promptId) {
        final LearnedOffset offset = new LearnedOffset(promptId, 0, 1L, 0, null);
        return new TopicScan.Entry<>(
                new LogOffset(0, 1),
                new TrainingStep(1, "rl", 1, "", "", List.of(offset), List.of(), Map.of(), 0L, null, null, null),
                new byte[0]);
    }

    private static List<String> ids(final List<ReceivedGroup> batch) {
        return batch.stream().map(received -> received.answer().promptId()).toList();
    }

    private List<String> askedIds(final int... numbers) {
        return Arrays.stream(numbers)
                .mapToObj(i -> topics.asked().get(i).getPromptId())
                .toList();
    }

    @Test
    void shouldAskWithinItsCreditAndCollectAFullBatch() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> List.of(2, 0, 3).forEach(number -> score(number, 5)));
        try (Exchange exchange = exchange(past)) {
            final BatchCollector collector = collector(exchange, past);
            final List<ReceivedGroup> batch = collector.collect(5, 10);
            assertThat(ids(batch)).isEqualTo(askedIds(2, 0));
            assertThat(topics.asked())
                    .as("ten steps need twenty prompts; four may be outstanding")
                    .hasSize(4)
                    .allSatisfy(prompt -> {
                        assertThat(prompt.getPurpose()).isEqualTo(Purpose.TRAIN);
                        assertThat(prompt.getMinPolicyVersion()).isEqualTo(5);
                        assertThat(prompt.getSampling().getTemperature()).isEqualTo(0.9);
                    });
            assertThat(batch.get(0).group().behaviour()).containsExactly(-1, -2, -1, -2);
            assertThat(collector.place().offsets())
                    .as("nothing is learned yet; the third group waits at offset 2")
                    .containsEntry(topics.topics.scored().name(), List.of(2L));
            collector.learned(batch);
            assertThat(exchange.credit()).isEqualTo(2);
            assertThat(collector.counts()).isEqualTo(new GroupCounts(4, 2, 2, 0, 0));
            assertThat(collector.place().open())
                    .extracting(OpenPrompt::promptId)
                    .isEqualTo(askedIds(1, 3));
        }
    }

    @Test
    void shouldAskNoMorePromptsThanTheRemainingStepsCanLearn() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> List.of(0, 1).forEach(number -> score(number, 0)));
        try (Exchange exchange = exchange(past)) {
            collector(exchange, past).collect(0, 1);
        }
        assertThat(topics.asked()).hasSize(BATCH);
    }

    @Test
    void shouldReplaceAndCountStaleAndDeadGroups() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> {
            // two versions behind, while only one is allowed
            score(0, 3);
            topics.refuse(topics.asked().get(1).getPromptId());
        });
        topics.atNextPoll(() -> List.of(2, 3).forEach(number -> score(number, 4)));
        try (Exchange exchange = exchange(past)) {
            final BatchCollector collector = collector(exchange, past);
            final List<ReceivedGroup> batch = collector.collect(5, 1);
            assertThat(ids(batch)).isEqualTo(askedIds(2, 3));
            collector.learned(batch);
            assertThat(collector.counts()).isEqualTo(new GroupCounts(4, 4, 2, 1, 1));
            assertThat(collector.drainStaleIds()).isEqualTo(askedIds(0));
            assertThat(collector.drainStaleIds()).isEmpty();
            assertThat(exchange.credit()).isEqualTo(4);
        }
        assertThat(topics.warnings)
                .hasSize(1)
                .first()
                .asString()
                .contains("became a dead letter in the service actor: no");
    }

    @Test
    void shouldDiscardAGroupWhoseVersionIsFarBelowAllVersions() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> {
            score(0, Integer.MIN_VALUE);
            List.of(1, 2).forEach(number -> score(number, 5));
        });
        try (Exchange exchange = exchange(past)) {
            assertThat(ids(collector(exchange, past).collect(5, 10))).isEqualTo(askedIds(1, 2));
        }
    }

    @Test
    void shouldDiscardAGroupThatGrewTooOldWhileItWaited() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> List.of(0, 1, 2).forEach(number -> score(number, 5)));
        topics.atNextPoll(() -> List.of(3, 4).forEach(number -> score(number, 7)));
        try (Exchange exchange = exchange(past)) {
            final BatchCollector collector = collector(exchange, past);
            collector.learned(collector.collect(5, 10));
            assertThat(ids(collector.collect(7, 10))).isEqualTo(askedIds(3, 4));
            assertThat(collector.drainStaleIds()).isEqualTo(askedIds(2));
        }
    }

    /** The checkpoint has one open prompt. The log has one learned and one unanswered prompt after the checkpoint. */
    @Test
    void shouldWaitAfterARestartForPromptsInTheLogInsteadOfAskingAgain() {
        final PastRun none = PastRun.none(LearnerState.fresh(""));
        final LearnerTopics before = new LearnerTopics();
        final List<PromptRequest> asked;
        try (Exchange exchange = before.exchange(none, 3)) {
            before.atNextPoll(() ->
                    List.of(0, 1).forEach(i -> before.score(before.asked().get(i), 0, "yes", "no")));
            collector(exchange, none).collect(0, 10);
            asked = before.asked();
        }
        final PastRun past = new PastRun(
                LearnerState.fresh(""),
                List.of(learned(asked.get(1).getPromptId())),
                asked.stream()
                        .map(prompt -> new PastRun.Asked(prompt.getPromptId(), Purpose.TRAIN))
                        .toList(),
                3);
        topics.atNextPoll(() -> {
            topics.score(asked.get(2), 1, "yes", "yes");
            topics.score(asked.get(0), 1, "no", "yes");
        });
        try (Exchange exchange = exchange(past)) {
            final BatchCollector collector = collector(exchange, past);
            assertThat(exchange.credit()).isEqualTo(2);
            assertThat(ids(collector.collect(1, 1)))
                    .containsExactly(asked.get(2).getPromptId(), asked.get(0).getPromptId());
            assertThat(topics.asked())
                    .as("only new prompts, and no prompt twice")
                    .doesNotContainAnyElementsOf(asked);
            assertThat(collector.place().offsets())
                    .containsEntry(topics.topics.prompts().name(), List.of(3L));
        }
    }

    @Test
    void shouldAskALostPromptAgainAsItWasAndLearnItOnce() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> score(0, 5));
        // the second prompt is lost
        topics.atNextPoll(() -> topics.pass(600_001));
        topics.atNextPoll(() -> {
            assertThat(topics.asked()).hasSize(3);
            assertThat(topics.asked().get(2)).isEqualTo(topics.asked().get(1));
            score(2, 5);
            score(1, 5);
        });
        try (Exchange exchange = exchange(past)) {
            final BatchCollector collector = collector(exchange, past);
            final List<ReceivedGroup> batch = collector.collect(5, 1);
            assertThat(ids(batch)).isEqualTo(askedIds(0, 1));
            collector.learned(batch);
            assertThat(collector.counts()).isEqualTo(new GroupCounts(2, 2, 2, 0, 0));
            assertThat(collector.duplicates()).isEqualTo(1);
        }
    }

    @Test
    void shouldCountAGroupOfAnotherTemperatureAsDead() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> {
            final PromptRequest prompt = topics.asked().get(0);
            topics.score(
                    PromptRequest.newBuilder(prompt)
                            .setSampling(new Sampling(0.3, 1.0, 8, 1L))
                            .build(),
                    5,
                    "yes",
                    "no");
            List.of(1, 2).forEach(number -> score(number, 5));
        });
        try (Exchange exchange = exchange(past)) {
            final BatchCollector collector = collector(exchange, past);
            assertThat(ids(collector.collect(5, 10))).isEqualTo(askedIds(1, 2));
            assertThat(collector.counts().dead()).isEqualTo(1);
        }
        assertThat(topics.warnings)
                .singleElement()
                .asString()
                .contains("it was sampled at temperature 0.3, and rollout.temperature is 0.9");
    }
}
