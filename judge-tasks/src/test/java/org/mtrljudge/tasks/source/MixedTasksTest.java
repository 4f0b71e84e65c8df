package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

class MixedTasksTest {
    /** Tasks a, b and c with 100, 400 and 900 training examples. */
    private static final ExampleSource SIZES = new ExampleSource() {
        @Override
        public List<String> tasks(final Split split) {
            return split == Split.TEST ? List.of("a", "b", "c", "new") : List.of("a", "b", "c");
        }

        @Override
        public int size(final String task, final Split split) {
            return switch (task) {
                case "a" -> 100;
                case "b" -> 400;
                default -> 900;
            };
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            throw new UnsupportedOperationException();
        }
    };

    private static Map<String, Integer> shares(
            final String mixing, final double temperature, final Map<String, Double> weights) {
        final List<String> turns = new DataSettings.Mix(List.of(), mixing, temperature, weights)
                .of(SIZES, List.of())
                .turns();
        return Map.of(
                "a", Collections.frequency(turns, "a"),
                "b", Collections.frequency(turns, "b"),
                "c", Collections.frequency(turns, "c"));
    }

    @Test
    void shouldTakeTasksInTurnOrByTheirSizes() {
        assertThat(new DataSettings.Mix(List.of(), "uniform", 2, Map.of())
                        .of(SIZES, List.of())
                        .turns())
                .containsExactly("a", "b", "c");
        // 1 : 4 : 9 of 1000
        assertThat(shares("size", 2, Map.of())).isEqualTo(Map.of("a", 71, "b", 286, "c", 643));
        // 1 : 2 : 3
        assertThat(shares("temperature", 2, Map.of())).isEqualTo(Map.of("a", 167, "b", 333, "c", 500));
        assertThat(shares("uniform", 2, Map.of("a", 2.0))).isEqualTo(Map.of("a", 500, "b", 250, "c", 250));
    }

    @Test
    void shouldSpreadATasksTurnsEvenly() {
        final List<String> turns = new DataSettings.Mix(List.of(), "uniform", 2, Map.of("a", 2.0))
                .of(SIZES, List.of())
                .turns();
        for (int from = 0; from + 4 <= 40; from += 4) {
            assertThat(turns.subList(from, from + 4)).containsExactlyInAnyOrder("a", "a", "b", "c");
        }
    }

    @Test
    void shouldTrainOnTheChosenTasksAndTestAllTasks() {
        final ExampleSource chosen = new DataSettings.Mix(List.of("b"), "uniform", 2, Map.of()).of(SIZES, List.of());
        assertThat(chosen.turns()).containsExactly("b");
        assertThat(chosen.tasks(Split.TRAIN)).containsExactly("b");
        assertThat(chosen.tasks(Split.VALIDATION)).containsExactly("b");
        assertThat(chosen.tasks(Split.TEST)).containsExactly("a", "b", "c", "new");
    }

    @Test
    void shouldNameWrongTasksAndSettings() {
        assertThatThrownBy(() -> new DataSettings.Mix(List.of("d"), "uniform", 2, Map.of()).of(SIZES, List.of()))
                .hasMessage("data.train_tasks names 'd', but the training split has only [a, b, c]");
        assertThatThrownBy(() -> new DataSettings.Mix(List.of(), "uniform", 2, Map.of("a", 1e-6)).of(SIZES, List.of()))
                .hasMessageContaining("give the task a less than a thousandth");
        assertThatThrownBy(() -> new DataSettings.Mix(List.of(), "most", 2, Map.of()))
                .hasMessageContaining("data.mixing is 'most', allowed is uniform, size, temperature");
    }

    @Test
    void shouldValidateWatchedTasksToo() {
        final DataSettings.Mix mix = new DataSettings.Mix(List.of("a", "b"), "uniform", 2, Map.of());
        final ExampleSource watching = mix.of(SIZES, List.of("new", "c"));
        assertThat(watching.tasks(Split.TRAIN)).containsExactly("a", "b");
        assertThat(watching.turns()).containsExactly("a", "b");
        assertThat(watching.tasks(Split.VALIDATION)).containsExactly("a", "b", "new", "c");
        assertThat(watching.tasks(Split.TEST)).containsExactly("a", "b", "c", "new");
        for (final String wrong : List.of("a", "none")) {
            assertThatThrownBy(() -> mix.of(SIZES, List.of(wrong)))
                    .hasMessageContaining("data.watch_tasks names '" + wrong + "'")
                    .hasMessageContaining("[c, new]");
        }
    }
}
