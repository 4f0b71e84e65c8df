package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.PromptRequest;

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
    void shouldNameTheUnansweredPromptWhenNothingWasAnsweredForTooLong() {
        try (Exchange exchange = topics.exchange(past, LIMITS)) {
            exchange.resume("train-1-b");
            exchange.resume("train-0-a");
            topics.atNextPoll(() -> topics.refuse("train-0-a"));
            exchange.answers();
            assertThat(overdueAfter(exchange, REASK_MS)).isEmpty();
            assertThat(overdueAfter(exchange, 1)).containsExactly("train-1-b");
            assertThat(topics.warnings)
                    .last()
                    .asString()
                    .contains("1 of 1 unanswered prompts are asked again", "train-1-b");
        }
    }

    @Test
    void shouldDoubleTheTimeUntilAnAnswerComes() {
        try (Exchange exchange = topics.exchange(past, LIMITS)) {
            exchange.resume("train-0-a");
            exchange.resume("train-1-b");
            assertThat(overdueAfter(exchange, REASK_MS + 1)).containsExactly("train-1-b");
            assertThat(overdueAfter(exchange, REASK_MS + 1)).isEmpty();
            assertThat(overdueAfter(exchange, REASK_MS + 1)).containsExactly("train-1-b");
            assertThat(overdueAfter(exchange, 3 * REASK_MS)).isEmpty();
            topics.atNextPoll(() -> topics.refuse("train-0-a"));
            exchange.answers();
            assertThat(overdueAfter(exchange, REASK_MS + 1)).containsExactly("train-1-b");
        }
    }

    /** The prompts are still in the log: every copy is one more group for the actors when they are back. */
    @Test
    void shouldAskOnlyOnePromptAgainWhileAllServicesAreAway() {
        try (Exchange exchange = topics.exchange(past, LIMITS)) {
            final List<String> ids =
                    IntStream.range(0, 16).mapToObj(i -> "train-" + i + "-a").toList();
            ids.forEach(id -> exchange.ask(LearnerTopics.prompt(id)));
            exchange.flush();
            for (int quiet = 0; quiet < 7; quiet++) {
                overdueAfter(exchange, REASK_MS + 1).forEach(id -> exchange.askAgain(LearnerTopics.prompt(id)));
                exchange.flush();
            }
            assertThat(topics.asked().subList(16, topics.asked().size()))
                    .extracting(PromptRequest::getPromptId)
                    .containsExactly("train-15-a", "train-15-a", "train-15-a");
        }
    }

    /** The answer to the copy tells that the actors are there and had all prompts before it. */
    @Test
    void shouldAskAllLostPromptsAgainWhenACopyIsAnswered() {
        try (Exchange exchange = topics.exchange(past, LIMITS)) {
            List.of("train-0-a", "train-1-b", "train-2-c").forEach(id -> exchange.ask(LearnerTopics.prompt(id)));
            overdueAfter(exchange, REASK_MS + 1).forEach(id -> exchange.askAgain(LearnerTopics.prompt(id)));
            exchange.flush();
            // asked after the copy, so its answer tells nothing about it
            exchange.ask(LearnerTopics.prompt("train-3-d"));
            exchange.ask(LearnerTopics.prompt("train-4-e"));
            topics.atNextPoll(() -> topics.refuse("train-2-c"));
            exchange.answers();
            assertThat(overdueAfter(exchange, REASK_MS + 1)).containsExactly("train-0-a", "train-1-b", "train-4-e");
            List.of("train-0-a", "train-1-b", "train-4-e").forEach(id -> exchange.askAgain(LearnerTopics.prompt(id)));
            assertThat(overdueAfter(exchange, 2 * REASK_MS + 1)).as("only once").containsExactly("train-4-e");
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
