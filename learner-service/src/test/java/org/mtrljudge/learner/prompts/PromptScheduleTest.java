package org.mtrljudge.learner.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.source.SourceView;
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
        return withOrders(List.of("pairs", "single"));
    }

    /** Task "triples" has the three orders of two questions. */
    private static ExampleSource withOrders(final List<String> tasks) {
        return new ExampleSource() {
            @Override
            public List<String> tasks(final Split split) {
                return tasks;
            }

            @Override
            public int size(final String task, final Split split) {
                return task.equals("single") ? 3 : 6;
            }

            @Override
            public List<Integer> otherOrders(final String task, final Split split, final int index) {
                return switch (task) {
                    case "pairs" -> List.of((index + 3) % 6);
                    case "triples" -> List.of((index + 2) % 6, (index + 4) % 6);
                    default -> List.of();
                };
            }

            @Override
            public JudgeExample example(final String task, final Split split, final int index) {
                return new JudgeExample(task + index, task, "?", List.of(), "yes", Label.of("yes"), null, null, null);
            }
        };
    }

    /** The order of the others is as if the examples that do not fit did not exist, also after a restart between them. */
    @Test
    void shouldPassOverExamplesThatDoNotFit() {
        final ExampleSource all = withOrders(List.of("single", "triples"));
        final ExampleSource fitting = new SourceView(all) {
            @Override
            public boolean fits(final String task, final Split split, final int index) {
                return task.equals("single") ? index != 1 : index % 2 == 0;
            }
        };
        final List<String> expected = ids(new PromptSchedule(all, 1, PromptSchedule.Position.START), 18);
        expected.removeAll(List.of("single1", "triples1", "triples3", "triples5"));
        PromptSchedule schedule = new PromptSchedule(fitting, 1, PromptSchedule.Position.START);
        final List<String> found = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            found.addAll(ids(schedule, 1));
            schedule = new PromptSchedule(fitting, 1, schedule.position());
        }
        for (final String task : List.of("single", "triples")) {
            assertThat(found.stream().filter(id -> id.startsWith(task)).limit(5))
                    .containsExactlyElementsOf(expected.stream()
                            .filter(id -> id.startsWith(task))
                            .limit(5)
                            .toList());
        }
        final ExampleSource none = new SourceView(all) {
            @Override
            public boolean fits(final String task, final Split split, final int index) {
                return task.equals("single");
            }
        };
        assertThatThrownBy(() -> ids(new PromptSchedule(none, 1, PromptSchedule.Position.START), 2))
                .hasMessageContaining("all training prompts of task triples are longer than data.max_prompt_length");
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
    void shouldAskAllOrdersOfAQuestionOneAfterTheOtherWhereTheyFit() {
        final PromptSchedule schedule =
                new PromptSchedule(withOrders(List.of("triples", "pairs", "single")), 1, PromptSchedule.Position.START);
        assertThat(schedule.next(1).example().task()).isEqualTo("single");
        final PromptSchedule.Drawn first = schedule.next(3);
        assertThat(first.example().task()).isEqualTo("triples");
        assertThat(List.of(first, schedule.next(2), schedule.next(1)))
                .extracting(PromptSchedule.Drawn::place)
                .allMatch(place -> place.pairId().equals(first.place().pairId()))
                .extracting(place -> place.index() % 2)
                .containsOnly(first.place().index() % 2);
        assertThat(schedule.next(2).example().task()).isEqualTo("pairs");
        schedule.next(1);
        assertThat(schedule.next(2).example().task()).isEqualTo("single");
        assertThat(schedule.next(2).example().task())
                .as("a triple needs three places")
                .isEqualTo("pairs");
    }

    @Test
    void shouldContinueFromItsPosition() throws IOException {
        continuesFromItsPosition(withPairs());
        continuesFromItsPosition(withOrders(List.of("triples", "pairs", "single")));
    }

    private static void continuesFromItsPosition(final ExampleSource source) throws IOException {
        final ObjectMapper json = new ObjectMapper();
        final PromptSchedule whole = new PromptSchedule(source, 7, PromptSchedule.Position.START);
        PromptSchedule stopped = new PromptSchedule(source, 7, PromptSchedule.Position.START);
        // several epochs, with stops also between the orders of a pair
        for (int i = 0; i < 60; i++) {
            final int room = 1 + i % 3;
            assertThat(stopped.next(room)).as("draw %d", i).isEqualTo(whole.next(room));
            final byte[] kept = json.writeValueAsBytes(stopped.position());
            stopped = new PromptSchedule(source, 7, json.readValue(kept, PromptSchedule.Position.class));
        }
    }

    @Test
    void shouldRepeatDrawsIndependentlyOfTheRoom() {
        final ExampleSource source = withOrders(List.of("triples", "pairs", "single"));
        final PromptSchedule first = new PromptSchedule(source, 7, PromptSchedule.Position.START);
        final PromptSchedule again = new PromptSchedule(source, 7, PromptSchedule.Position.START);
        for (int i = 0; i < 60; i++) {
            final PromptSchedule.Drawn drawn = first.next(1 + i % 3);
            assertThat(again.redraw(drawn.example().id())).isEqualTo(drawn);
        }
        assertThat(again.position()).isEqualTo(first.position());
        assertThatThrownBy(() -> again.redraw("another data set's")).hasMessageContaining("is due");
    }

    /** Whatever room the last lost one was drawn with: the example after it tells. */
    @Test
    void shouldRedrawLostOnesByTheExampleThatFollows() {
        final ExampleSource source = withOrders(List.of("triples", "pairs", "single"));
        for (int lost = 1; lost <= 3; lost++) {
            for (int room = 1; room <= 3; room++) {
                final PromptSchedule first = new PromptSchedule(source, 7, PromptSchedule.Position.START);
                final List<PromptSchedule.Drawn> drawn = new ArrayList<>();
                for (int i = lost; i >= 1; i--) {
                    drawn.add(first.next(room - 1 + i));
                }
                final PromptSchedule.Drawn following = first.next(3);
                final PromptSchedule again = new PromptSchedule(source, 7, PromptSchedule.Position.START);
                assertThat(again.redrawLost(lost, following.example().id())).isEqualTo(drawn);
                assertThat(again.redraw(following.example().id())).isEqualTo(following);
            }
        }
    }

    @Test
    void shouldReadThePositionOfAnEarlierBuild() throws IOException {
        final PromptSchedule first = new PromptSchedule(withPairs(), 7, PromptSchedule.Position.START);
        first.next(2);
        final ObjectMapper json = new ObjectMapper();
        final ObjectNode earlier = json.valueToTree(first.position());
        earlier.remove("furtherOrders");
        final PromptSchedule again =
                new PromptSchedule(withPairs(), 7, json.treeToValue(earlier, PromptSchedule.Position.class));
        assertThat(again.next(1)).isEqualTo(first.next(1));
        assertThat(again.position()).isEqualTo(first.position());
    }

    @Test
    void shouldFollowItsSeed() {
        assertThat(ids(new PromptSchedule(tasks, 1, PromptSchedule.Position.START), 30))
                .isEqualTo(ids(new PromptSchedule(tasks, 1, PromptSchedule.Position.START), 30));
        assertThat(ids(new PromptSchedule(tasks, 1, PromptSchedule.Position.START), 30))
                .isNotEqualTo(ids(new PromptSchedule(tasks, 2, PromptSchedule.Position.START), 30));
    }
}
