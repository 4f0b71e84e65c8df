package org.mtrljudge.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class PromptScheduleTest {
    private static final int PER_TASK = 5;
    private final BuiltInTasks tasks = new BuiltInTasks(1, PER_TASK, 1, 1);

    private static List<String> ids(final PromptSchedule schedule, final int count) {
        final List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(schedule.next().id());
        }
        return ids;
    }

    @Test
    void shouldTakeTheTasksInTurnAndEveryExampleOnceAnEpoch() {
        final PromptSchedule schedule = new PromptSchedule(tasks, 1);
        final List<JudgeExample> round = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            round.add(schedule.next());
        }
        assertThat(round)
                .extracting(JudgeExample::task)
                .containsExactly("alignment", "preference", "safety", "technical", "rationality", "naturalness");
        assertThat(ids(new PromptSchedule(tasks, 1), 6 * PER_TASK)).doesNotHaveDuplicates();
    }

    @Test
    void shouldFollowItsSeed() {
        assertThat(ids(new PromptSchedule(tasks, 1), 30)).isEqualTo(ids(new PromptSchedule(tasks, 1), 30));
        assertThat(ids(new PromptSchedule(tasks, 1), 30)).isNotEqualTo(ids(new PromptSchedule(tasks, 2), 30));
    }

    @Test
    void shouldWarmTheLearningRateUpAndLetItFall() {
        final SftSettings settings = new SftSettings(100, 8, 10, 1.0, 0, 0);
        assertThat(settings.learningRate(0)).isCloseTo(0.1, within(1e-12));
        assertThat(settings.learningRate(0.1)).isCloseTo(1.0, within(1e-12));
        assertThat(settings.learningRate(0.55)).isCloseTo(0.55, within(1e-12));
        assertThat(settings.learningRate(1)).isCloseTo(0.1, within(1e-12));
    }
}
