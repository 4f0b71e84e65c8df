package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;

/** Prompts of a window whose pictures take long to read. */
class SlowWindowTest {
    private final LearnerTopics topics = new LearnerTopics();

    @Test
    void shouldShowPromptsToTheActorsWhileLaterPromptsAreMade() {
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), 8)) {
            exchange.ask(LearnerTopics.prompt("train-0-a"));
            topics.pass(1000);
            exchange.ask(LearnerTopics.prompt("train-1-b"));
            assertThat(topics.asked()).as("one second is not long").isEmpty();
            topics.pass(1);
            exchange.ask(LearnerTopics.prompt("train-2-c"));
            assertThat(topics.asked()).hasSize(3);
            exchange.ask(LearnerTopics.prompt("train-3-d"));
            topics.pass(1001);
            exchange.refuse("train-4-e", null, "a.png is not there");
            assertThat(topics.asked()).hasSize(4);
            assertThat(topics.deadLetters()).hasSize(1);
            exchange.flush();
            assertThat(topics.asked()).hasSize(4);
        }
    }
}
