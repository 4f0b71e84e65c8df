package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskStatisticsTest {
    @Test
    void shouldAddWhatSeveralPartitionsCounted() {
        final TaskStatistics one = new TaskStatistics(2, 8, 1, 0, 6.0, Map.of("accuracy", 5.0, "format", 8.0));
        final TaskStatistics other = new TaskStatistics(1, 4, 0, 3, 1.0, Map.of("accuracy", 1.0, "length", -2.0));
        assertThat(one.plus(other))
                .isEqualTo(
                        new TaskStatistics(3, 12, 1, 3, 7.0, Map.of("accuracy", 6.0, "format", 8.0, "length", -2.0)));
        assertThat(one.plus(TaskStatistics.NONE)).isEqualTo(one);
    }
}
