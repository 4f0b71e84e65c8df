package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;

/** Prompts of a window whose pictures take long to read. */
class SlowWindowTest {
    private final LearnerTopics topics = new LearnerTopics();

    private static PromptRequest prompt(final String id) {
        return PromptRequest.newBuilder()
                .setPromptId(id)
                .setTask("task")
                .setText("one?")
                .setImages(List.of())
                .setReference("yes")
                .setLabels(List.of("yes", "no"))
                .setGroupSize(2)
                .setSampling(new Sampling(1.0, 1.0, 8, 1L))
                .setPurpose(Purpose.TRAIN)
                .setMinPolicyVersion(0)
                .build();
    }

    @Test
    void shouldShowPromptsToTheActorsWhileLaterPromptsAreMade() {
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), 8)) {
            exchange.ask(prompt("train-0-a"));
            topics.pass(1000);
            exchange.ask(prompt("train-1-b"));
            assertThat(topics.asked()).as("one second is not long").isEmpty();
            topics.pass(1);
            exchange.ask(prompt("train-2-c"));
            assertThat(topics.asked()).hasSize(3);
            exchange.ask(prompt("train-3-d"));
            topics.pass(1001);
            exchange.refuse("train-4-e", null, "a.png is not there");
            assertThat(topics.asked()).hasSize(4);
            assertThat(topics.deadLetters()).hasSize(1);
            exchange.flush();
            assertThat(topics.asked()).hasSize(4);
        }
    }
}
