package org.mtrljudge.learner.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PromptIdsTest {
    @Test
    void shouldWriteIdsInTheFormOfTheLogs() {
        assertThat(PromptIds.training(12, "safety-3")).isEqualTo("train-12-safety-3");
        assertThat(PromptIds.evaluation("safety-3")).isEqualTo("eval-safety-3");
        assertThat(PromptIds.test(Stage.START, "safety-3")).isEqualTo("eval-base-safety-3");
        assertThat(PromptIds.validation(Stage.RL, 40, "safety-3")).isEqualTo("eval-rl-40-safety-3");
    }

    @Test
    void shouldReadIdsBack() {
        assertThat(PromptIds.trainingExample("train-12-safety-3")).isEqualTo("safety-3");
        assertThat(PromptIds.testedExample("eval-base-safety-3", Stage.START)).contains("safety-3");
        assertThat(PromptIds.testedExample("eval-base-safety-3", Stage.RL)).isEmpty();
        assertThat(PromptIds.validatedExample("eval-warmup-200-a\nb-1"))
                .contains(new PromptIds.Validation(Stage.WARMUP, 200, "a\nb-1"));
        assertThat(PromptIds.validatedExample("eval-rl-safety-3")).isEmpty();
    }

    @Test
    void shouldNotTakeAnotherPromptForATrainingPrompt() {
        assertThatThrownBy(() -> PromptIds.trainingExample("eval-base-safety-3"))
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("eval-base-safety-3");
    }

    @Test
    void shouldKnowTheExampleOfARepeatedEvaluation() {
        final String test = PromptIds.repeated(PromptIds.test(Stage.RL, "safety-3"), 12);
        assertThat(test).isEqualTo("eval-v12-rl-safety-3");
        assertThat(PromptIds.testedExample(test, Stage.RL)).contains("safety-3");
        final String validation = PromptIds.repeated(PromptIds.validation(Stage.RL, 4, "safety-3"), 5);
        assertThat(PromptIds.validatedExample(validation)).contains(new PromptIds.Validation(Stage.RL, 4, "safety-3"));
    }
}
