package org.mtrljudge.learner.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mtrljudge.learner.algorithm.Samples;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerTopics;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** Any program may write rollouts. The model of the learner cannot read all of them. */
class UnreadableGroupsTest {
    private static JudgeModel model;

    private final LearnerTopics topics = new LearnerTopics();

    @BeforeAll
    static void load() {
        model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private BatchCollector collector(final Exchange exchange, final PastRun past) {
        return new BatchCollector(
                Samples.settings(
                        "data.rollout_batch_size=2",
                        "data.max_response_length=8",
                        "actor.global_batch_size=2",
                        "rollout.n=2",
                        "trainer.total_steps=10",
                        "trainer.val_freq=0"),
                exchange,
                new BuiltInTasks(1, 20, 1, 1),
                past,
                model);
    }

    private Exchange exchange(final PastRun past, final double maxDeadRatio, final int deadWindow) {
        return topics.exchange(past, new ExchangeLimits(4, 60_000, 600_000, maxDeadRatio, deadWindow));
    }

    /** Another model samples, so that no group can be learned. Fresh prompts would die like these for ever. */
    @Test
    void shouldEndWhenItCanReadNoGroup() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> topics.asked()
                .forEach(prompt ->
                        topics.score(prompt, 5, List.of(LearnerTopics.completion("yes", new int[] {99_999}, -1)))));
        try (Exchange exchange = exchange(past, 0.5, 3)) {
            assertThatThrownBy(() -> collector(exchange, past).collect(5, 10))
                    .isInstanceOf(LearnerException.class)
                    .hasMessageContaining("2 of the last 3 prompts are dead")
                    .hasMessageContaining("another model sampled it");
        }
    }

    private static List<Arguments> completionsOfOtherPrograms() {
        return List.of(
                Arguments.of(new int[] {}, new float[] {}, "a completion has no tokens"),
                Arguments.of(
                        new int[] {1, 4096}, new float[] {-1, -2}, "a completion has the token id 4096, but the ids"),
                Arguments.of(new int[] {-1}, new float[] {-1}, "a completion has the token id -1, but the ids"),
                Arguments.of(new int[] {1}, new float[] {Float.NaN}, "a token has the log-probability NaN"));
    }

    /** Any program may write rollouts. These would break the forward pass, or the loss of the whole batch. */
    @ParameterizedTest
    @MethodSource("completionsOfOtherPrograms")
    void shouldCountAGroupThatTheModelCannotReadAsDead(
            final int[] tokens, final float[] logProbs, final String problem) {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> {
            topics.score(
                    topics.asked().get(0),
                    5,
                    List.of(
                            LearnerTopics.completion("yes", new int[] {1, 2}, -1, -2),
                            LearnerTopics.completion("no", tokens, logProbs)));
            List.of(1, 2).forEach(number -> topics.score(topics.asked().get(number), 5, "yes", "no"));
        });
        try (Exchange exchange = exchange(past, 1, 100)) {
            final BatchCollector collector = collector(exchange, past);
            assertThat(collector.collect(5, 10))
                    .extracting(received -> received.answer().promptId())
                    .containsExactly(
                            topics.asked().get(1).getPromptId(),
                            topics.asked().get(2).getPromptId());
            assertThat(collector.counts().dead()).isEqualTo(1);
        }
        assertThat(topics.warnings).singleElement().asString().contains(problem);
    }
}
