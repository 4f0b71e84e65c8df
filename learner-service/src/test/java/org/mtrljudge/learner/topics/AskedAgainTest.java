package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;

/** Prompts that the broker may have lost. */
class AskedAgainTest {
    private static final long REASK_MS = 10_000;
    private static final ExchangeLimits LIMITS = new ExchangeLimits(20, 3_600_000, REASK_MS, 1, 100);
    private final LearnerTopics topics = new LearnerTopics();
    private final PastRun past = PastRun.none(LearnerState.fresh(""));

    /** A poll without an answer that lasts so long. */
    private List<String> overdueAfter(final Exchange exchange, final long ms) {
        topics.atNextPoll(() -> topics.pass(ms));
        exchange.answers();
        return exchange.overdue();
    }

    @Test
    void shouldNameTheUnansweredPromptsWhenNothingWasAnsweredForTooLong() {
        try (Exchange exchange = topics.exchange(past, LIMITS)) {
            exchange.resume("train-1-b");
            exchange.resume("train-0-a");
            topics.atNextPoll(() -> topics.refuse("train-0-a"));
            exchange.answers();
            assertThat(overdueAfter(exchange, REASK_MS)).isEmpty();
            assertThat(overdueAfter(exchange, 1)).containsExactly("train-1-b");
            assertThat(topics.warnings).last().asString().contains("1 unanswered prompts are asked again", "train-1-b");
        }
    }

    @Test
    void shouldDoubleTheTimeUntilAnAnswerComes() {
        try (Exchange exchange = topics.exchange(past, LIMITS)) {
            exchange.resume("train-0-a");
            exchange.resume("train-1-b");
            assertThat(overdueAfter(exchange, REASK_MS + 1)).hasSize(2);
            assertThat(overdueAfter(exchange, REASK_MS + 1)).isEmpty();
            assertThat(overdueAfter(exchange, REASK_MS + 1)).hasSize(2);
            assertThat(overdueAfter(exchange, 3 * REASK_MS)).isEmpty();
            topics.atNextPoll(() -> topics.refuse("train-0-a"));
            exchange.answers();
            assertThat(overdueAfter(exchange, REASK_MS + 1)).containsExactly("train-1-b");
        }
    }

    @Test
    void shouldNotCountTheTimeInWhichTheLearnerComputed() {
        try (Exchange exchange = topics.exchange(past, LIMITS)) {
            exchange.resume("train-0-a");
            exchange.answers();
            topics.pass(10 * REASK_MS);
            exchange.answers();
            assertThat(exchange.overdue()).isEmpty();
        }
    }
}
