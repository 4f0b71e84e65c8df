package org.mtrljudge.learner.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.verdict.Label;

class PromptScheduleTest {
    private static final int PER_TASK = 5;
    private final BuiltInTasks tasks = new BuiltInTasks(1, PER_TASK, 1, 1);

    private static List<String> ids(final PromptSchedule schedule, final int count) {
        final List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(schedule.next(100).example().id());
        }
        return ids;
    }

    @Test
    void shouldTakeTheTasksInTurnAndEveryExampleOncePerEpoch() {
        final PromptSchedule schedule = new PromptSchedule(tasks, 1, PromptSchedule.Position.START);
        final List<JudgeExample> round = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            round.add(schedule.next(100).example());
        }
        assertThat(round)
                .extracting(JudgeExample::task)
                .containsExactly("alignment", "preference", "safety", "technical", "rationality", "naturalness");
        assertThat(ids(new PromptSchedule(tasks, 1, PromptSchedule.Position.START), 6 * PER_TASK))
                .doesNotHaveDuplicates();
    }

    /** Task "pairs" has the two orders of three questions, task "single" has three questions in one order. */
    private static ExampleSource withPairs() {
        return new ExampleSource() {
            @Override
            public List<String> tasks(final Split split) {
                return List.of("pairs", "single");
            }

            @Override
            public int size(final String task, final Split split) {
                return task.equals("pairs") ? 6 : 3;
            }

            @Override
            public int otherOrder(final String task, final Split split, final int index) {
                return task.equals("pairs") ? (index + 3) % 6 : -1;
            }

            @Override
            public JudgeExample example(final String task, final Split split, final int index) {
                return new JudgeExample(task + index, task, "?", List.of(), "yes", Label.of("yes"), null, null, null);
            }
        };
    }

    @Test
    void shouldAskBothOrdersOfAPairOneAfterTheOther() {
        final PromptSchedule schedule = new PromptSchedule(withPairs(), 1, PromptSchedule.Position.START);
        final List<String> pairIds = new ArrayList<>();
        final List<String> asked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            final PromptSchedule.Drawn first = schedule.next(100);
            final PromptSchedule.Drawn second = schedule.next(1);
            assertThat(first.place().pairId())
                    .isNotNull()
                    .isEqualTo(second.place().pairId());
            pairIds.add(first.place().pairId());
            asked.add(first.example().id());
            asked.add(second.example().id());
            assertThat(schedule.next(100).place().pairId()).isNull();
        }
        assertThat(pairIds).doesNotHaveDuplicates();
        assertThat(asked).containsExactlyInAnyOrder("pairs0", "pairs1", "pairs2", "pairs3", "pairs4", "pairs5");
    }

    @Test
    void shouldNotBeginAPairInTheLastPlaceBeforeAPause() {
        final PromptSchedule schedule = new PromptSchedule(withPairs(), 1, PromptSchedule.Position.START);
        assertThat(schedule.next(1).example().task()).isEqualTo("single");
        assertThat(schedule.next(2).example().task()).isEqualTo("pairs");
    }

    @Test
    void shouldContinueFromItsPosition() throws IOException {
        final ObjectMapper json = new ObjectMapper();
        final PromptSchedule whole = new PromptSchedule(withPairs(), 7, PromptSchedule.Position.START);
        PromptSchedule stopped = new PromptSchedule(withPairs(), 7, PromptSchedule.Position.START);
        // several epochs, with stops also between the two orders of a pair
        for (int i = 0; i < 60; i++) {
            final int room = 1 + i % 3;
            assertThat(stopped.next(room)).as("draw %d", i).isEqualTo(whole.next(room));
            final byte[] kept = json.writeValueAsBytes(stopped.position());
            stopped = new PromptSchedule(withPairs(), 7, json.readValue(kept, PromptSchedule.Position.class));
        }
    }

    @Test
    void shouldRepeatDrawsIndependentlyOfTheRoom() {
        final PromptSchedule first = new PromptSchedule(withPairs(), 7, PromptSchedule.Position.START);
        final PromptSchedule again = new PromptSchedule(withPairs(), 7, PromptSchedule.Position.START);
        for (int i = 0; i < 60; i++) {
            final PromptSchedule.Drawn drawn = first.next(1 + i % 3);
            assertThat(again.redraw(drawn.example().id())).isEqualTo(drawn);
        }
        assertThat(again.position()).isEqualTo(first.position());
        assertThatThrownBy(() -> again.redraw("another data set's")).hasMessageContaining("is due");
    }

    @Test
    void shouldFollowItsSeed() {
        assertThat(ids(new PromptSchedule(tasks, 1, PromptSchedule.Position.START), 30))
                .isEqualTo(ids(new PromptSchedule(tasks, 1, PromptSchedule.Position.START), 30));
        assertThat(ids(new PromptSchedule(tasks, 1, PromptSchedule.Position.START), 30))
                .isNotEqualTo(ids(new PromptSchedule(tasks, 2, PromptSchedule.Position.START), 30));
    }
}
