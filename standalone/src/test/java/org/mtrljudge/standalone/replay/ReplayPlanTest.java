package org.mtrljudge.standalone.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.settings.UsageException;

class ReplayPlanTest {
    private static RolloutFilter filter(final String since, final String versions, final String... tasks) {
        return new ReplayPlan("digest", since, versions, List.of(tasks), 0).filter();
    }

    @Test
    void shouldTakeEveryRolloutWhenNothingIsChosen() {
        assertThat(filter(null, null)).isEqualTo(RolloutFilter.ALL);
        assertThat(filter(null, "..")).isEqualTo(RolloutFilter.ALL);
    }

    @Test
    void shouldReadTheTimeTheRangeOfVersionsAndTheTasks() {
        assertThat(filter("1970-01-01T00:01:00Z", "3..7", "safety", "alignment"))
                .isEqualTo(new RolloutFilter(60_000, 3, 7, Set.of("safety", "alignment")));
        assertThat(filter(null, "3..")).isEqualTo(new RolloutFilter(0, 3, Integer.MAX_VALUE, Set.of()));
        assertThat(filter(null, "..7")).isEqualTo(new RolloutFilter(0, Integer.MIN_VALUE, 7, Set.of()));
    }

    @Test
    void shouldNameTheOptionThatCannotBeRead() {
        assertThatThrownBy(() -> filter(null, "3-7"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--versions takes A..B")
                .hasMessageEndingWith("'3-7'");
        assertThatThrownBy(() -> filter("yesterday", null))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--since takes a time")
                .hasMessageEndingWith("'yesterday'");
    }
}
