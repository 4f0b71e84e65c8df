package org.mtrljudge.learner.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;

class PastRunTest {
    private static TopicScan.Entry<TrainingStep> step(
            final int step, final List<String> learned, final List<String> stale) {
        final List<LearnedOffset> offsets = learned.stream()
                .map(id -> new LearnedOffset(id, 0, 0L, step - 1, null))
                .toList();
        return new TopicScan.Entry<>(
                new LogOffset(0, step),
                new TrainingStep(step, "rl", step, "", "", offsets, stale, Map.of(), 0L, null, null, null),
                new byte[0]);
    }

    private static PastRun.Asked training(final String id) {
        return new PastRun.Asked(id, Purpose.TRAIN);
    }

    private static PastRun.Asked evaluation(final String id) {
        return new PastRun.Asked(id, Purpose.EVAL);
    }

    /** Two steps of two prompts. Prompt d was too old for the second step; v1 and v2 belong to a validation; f and g are open. */
    private final PastRun past = new PastRun(
            LearnerState.fresh("settings"),
            List.of(step(1, List.of("a", "b"), List.of()), step(2, List.of("e", "c"), List.of("d"))),
            Arrays.asList(
                    training("a"),
                    training("b"),
                    training("c"),
                    evaluation("v1"),
                    training("d"),
                    training("e"),
                    training("f"),
                    evaluation("v2"),
                    training("g")),
            9);

    @Test
    void shouldDistinguishTrainingPromptsByTheirPurpose() {
        assertThat(past.trainingIds()).containsExactly("a", "b", "c", "d", "e", "f", "g");
        assertThat(past.evaluationIds()).containsExactlyInAnyOrder("v1", "v2");
    }

    @Test
    void shouldKnowTheLearnedAndTheStalePrompts() {
        assertThat(past.learnedAndStaleIds()).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    }

    @Test
    void shouldGoBackToAStep() {
        final PastRun first = past.upTo(1);
        assertThat(first.entries()).hasSize(1);
        assertThat(first.trainingIds()).as("b is the last learned prompt").containsExactly("a", "b");
        assertThat(past.upTo(2).trainingIds())
                .as("e was learned last; f and g were asked for later steps")
                .containsExactly("a", "b", "c", "d", "e");
        assertThat(past.upTo(2).evaluationIds()).containsExactly("v1");
        assertThat(past.upTo(0).trainingIds()).isEmpty();
    }

    @Test
    void shouldCountADeadLetterThatCannotBeReadByItsKeyWhereThatPromptIsMissing() {
        final List<PastRun.Asked> asked =
                List.of(training("train-4-a"), training("train-6-c"), evaluation("eval-rl-2-x"));
        assertThat(PastRun.unreadable(
                        List.of("train-7-d", "key", "train-5-b", "train-4-a", "eval-rl-2-y", "train-3-z", "train-9-e"),
                        asked,
                        4))
                .as("the prompts 5 and 7 are missing; 3 is before the checkpoint, and nothing was asked before 9")
                .containsExactly(evaluation("eval-rl-2-y"), training("train-5-b"), training("train-7-d"));
        assertThat(PastRun.unreadable(List.of("train-0-a"), List.of(), 0)).containsExactly(training("train-0-a"));
    }
}
