package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;

/** The service that a warning names when no answer comes. */
class StalledServiceTest {
    private static final long WARNING_MS = 1000;
    private final LearnerTopics topics = new LearnerTopics();

    private String warningWith(final long rolloutsEnd) {
        final ExchangeLimits limits = new ExchangeLimits(4, WARNING_MS, 3_600_000, 1, 100);
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), limits)) {
            exchange.ask(LearnerTopics.prompt("train-0-a"));
            exchange.ask(LearnerTopics.prompt("train-1-b"));
            exchange.flush();
            // its rollouts are at offset 0
            topics.atNextPoll(() -> topics.score(topics.asked().get(0), 0, "yes"));
            exchange.answers();
            topics.rolled(rolloutsEnd);
            topics.atNextPoll(() -> topics.pass(WARNING_MS + 1));
            exchange.answers();
            return topics.warnings.get(0);
        }
    }

    @Test
    void shouldNameTheActorsWhenAllRolloutsAreScored() {
        assertThat(warningWith(1)).contains("1 prompts are unanswered: the actors are stalled");
    }

    @Test
    void shouldNameTheRewardServiceWhenRolloutsWaitForTheirScores() {
        assertThat(warningWith(2)).contains("the reward service is stalled (1 rollout groups are not scored)");
    }
}
