package org.mtrljudge.learner.prompts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadAnswersTest {
    @Test
    void shouldJudgeOnlyAFullWindowAndOnlyItsLastAnswers() {
        final DeadAnswers answers = new DeadAnswers(0.5, 4);
        assertThat(answers.add(true)).isFalse();
        assertThat(answers.add(true)).isFalse();
        assertThat(answers.add(false)).as("three answers are no judgement").isFalse();
        assertThat(answers.add(false)).as("two of four are accepted").isFalse();
        assertThat(answers.add(true)).as("two of the last four").isFalse();
        assertThat(answers.add(true)).as("two of the last four").isFalse();
        assertThat(answers.add(true)).as("three of the last four").isTrue();
        assertThat(answers.dead()).isEqualTo(3);
    }

    @Test
    void shouldCountAnAnswerOnceThatTurnsOutToBeDead() {
        final DeadAnswers answers = new DeadAnswers(0.5, 4);
        answers.add(true);
        answers.add(false);
        answers.add(false);
        assertThat(answers.turnDead()).as("three answers are no judgement").isFalse();
        assertThat(answers.add(false)).as("two of four are accepted").isFalse();
        assertThat(answers.turnDead()).as("three of four").isTrue();
        assertThat(answers.dead()).isEqualTo(3);
    }

    @Test
    void shouldAcceptEverythingWhereTheRatioIsOne() {
        final DeadAnswers answers = new DeadAnswers(1, 2);
        assertThat(answers.add(true)).isFalse();
        assertThat(answers.add(true)).isFalse();
        assertThat(answers.add(true)).isFalse();
    }
}
