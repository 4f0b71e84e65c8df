package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;

/** The end of a run whose prompts die. */
class DeadRatioTest {
    private static final ExchangeLimits HALF_OF_FOUR = new ExchangeLimits(20, 60_000, 600_000, 0.5, 4);
    private final PastRun past = PastRun.none(LearnerState.fresh(""));

    private static void resumeAll(final Exchange exchange, final int prompts) {
        for (int i = 0; i < prompts; i++) {
            exchange.resume("train-" + i + "-x");
        }
    }

    private static void refuse(final LearnerTopics topics, final int from, final int to) {
        for (int i = from; i < to; i++) {
            topics.refuse("train-" + i + "-x");
        }
    }

    @Test
    void shouldEndTheRunWithTheLastReasonWhenTooManyOfTheLastAnswersAreDead() {
        final LearnerTopics topics = new LearnerTopics();
        topics.atNextPoll(() -> refuse(topics, 0, 3));
        topics.atNextPoll(() -> refuse(topics, 3, 4));
        try (Exchange exchange = topics.exchange(past, HALF_OF_FOUR)) {
            resumeAll(exchange, 4);
            assertThat(exchange.answers()).as("three answers are no judgement").hasSize(3);
            assertThatThrownBy(exchange::answers)
                    .isInstanceOf(LearnerException.class)
                    .hasMessageContaining("4 of the last 4 prompts are dead")
                    .hasMessageContaining("trainer.max_dead_ratio 0.5")
                    .hasMessageContaining("train-3-x (actor): no")
                    .hasMessageContaining("resume");
        }
    }

    @Test
    void shouldCountOnlyNewAnswersAfterARestart() {
        final LearnerTopics topics = new LearnerTopics(8);
        topics.atNextPoll(() -> refuse(topics, 0, 8));
        topics.atNextPoll(() -> refuse(topics, 8, 12));
        try (Exchange exchange = topics.exchange(past, HALF_OF_FOUR)) {
            resumeAll(exchange, 12);
            assertThat(exchange.answers())
                    .as("the answers that ended the run are read again")
                    .extracting(ScoredReader.Answer::promptId)
                    .hasSize(8)
                    .containsAll(List.of("train-0-x", "train-7-x"));
            assertThatThrownBy(exchange::answers).hasMessageContaining("4 of the last 4 prompts are dead");
        }
    }
}
