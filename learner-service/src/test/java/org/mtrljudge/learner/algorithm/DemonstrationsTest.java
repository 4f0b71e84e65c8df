package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class DemonstrationsTest {
    @Test
    void shouldContainOnlyTheVerdictWhenOnlyLabelsAreWanted() {
        final JudgeExample example = new BuiltInTasks(1, 2, 1, 1).example("safety", Split.TRAIN, 0);
        assertThat(Demonstrations.text(example, true)).isEqualTo("<answer>" + example.answer() + "</answer>");
        assertThat(Demonstrations.text(example, false))
                .startsWith("<think>")
                .endsWith("<answer>" + example.answer() + "</answer>");
    }
}
