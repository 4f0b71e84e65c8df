package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;

class FittingPromptsTest {
    /** Example i has 10 · i tokens; 0 and 1, 2 and 3, … ask the same question. Example 6 cannot be measured. */
    private static final ExampleSource ALL = new ExampleSource() {
        @Override
        public List<String> tasks(final Split split) {
            return List.of("task");
        }

        @Override
        public List<String> turns() {
            return List.of("task", "task");
        }

        @Override
        public int size(final String task, final Split split) {
            return 8;
        }

        @Override
        public List<Integer> otherOrders(final String task, final Split split, final int index) {
            return List.of(index ^ 1);
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            return new JudgeExample(
                    "line-" + index,
                    task,
                    String.valueOf(10 * index),
                    List.of(),
                    "yes",
                    Label.of("yes"),
                    null,
                    null,
                    null);
        }
    };

    private final List<String> warnings = new ArrayList<>();

    private ExampleSource within(final int max) {
        return new FittingPrompts(
                ALL,
                example -> {
                    if (example.id().equals("line-6")) {
                        throw new DataException("the picture is missing");
                    }
                    return Integer.parseInt(example.prompt());
                },
                max,
                warnings::add);
    }

    @Test
    void shouldLeaveOutAllOrdersOfATrainingQuestionThatIsTooLongInOne() {
        final ExampleSource fitting = within(20);
        assertThat(IntStream.range(0, 8).filter(i -> fitting.fits("task", Split.TRAIN, i)))
                .as("example 3 has 30 tokens, 7 has 70")
                .containsExactly(0, 1);
        assertThat(fitting.size("task", Split.TRAIN)).isEqualTo(8);
        assertThat(fitting.turns()).containsExactly("task", "task");
        assertThat(warnings)
                .hasSize(3)
                .contains("prompts of task task that are longer than data.max_prompt_length 20 are left out;"
                        + " the first is line-3 with 30 tokens");
    }

    @Test
    void shouldLeaveThemOutOfTheOtherSplitsWithoutGaps() {
        final ExampleSource fitting = within(59);
        assertThat(fitting.size("task", Split.TEST)).isEqualTo(6);
        final ExampleSource more = within(70);
        assertThat(more.size("task", Split.TEST))
                .as("one that cannot be read is kept")
                .isEqualTo(8);
        final ExampleSource few = within(30);
        assertThat(IntStream.range(0, few.size("task", Split.TEST))
                        .mapToObj(i -> few.example("task", Split.TEST, i).id()))
                .containsExactly("line-0", "line-1", "line-2", "line-3");
        assertThat(few.otherOrders("task", Split.TEST, 2)).containsExactly(3);
        assertThat(warnings)
                .contains(
                        "4 of 8 prompts of task task in the split test are longer than data.max_prompt_length 30 and are"
                                + " left out");
    }

    @Test
    void shouldSayAtOnceThatATrainedTaskWouldNotBeTested() {
        assertThatThrownBy(() -> within(-1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("all 8 prompts of task task in the split validation");
    }

    @Test
    void shouldLeaveOutATaskThatIsOnlyTestedWhereNothingFits() {
        final ExampleSource tested = new SourceView(ALL) {
            @Override
            public List<String> tasks(final Split split) {
                return split == Split.TEST ? List.of("task", "long") : List.of("task");
            }

            @Override
            public JudgeExample example(final String task, final Split split, final int index) {
                return super.example(task, split, index % 2 + (task.equals("long") ? 4 : 0));
            }
        };
        final ExampleSource fitting =
                new FittingPrompts(tested, example -> Integer.parseInt(example.prompt()), 10, warnings::add);
        assertThat(fitting.tasks(Split.TEST)).containsExactly("task");
        assertThat(fitting.size("long", Split.TEST)).isZero();
    }

    /** Otherwise an example would fit while a disk is away, and not after a restart. */
    @Test
    void shouldNotDecideWhileADiskFails() {
        final boolean[] away = {false};
        final ExampleSource fitting = new FittingPrompts(
                ALL,
                example -> {
                    if (away[0]) {
                        throw new UncheckedIOException(new IOException("Stale file handle"));
                    }
                    return 1;
                },
                10,
                warnings::add);
        away[0] = true;
        assertThatThrownBy(() -> fitting.fits("task", Split.TRAIN, 0)).isInstanceOf(UncheckedIOException.class);
    }
}
