package org.mtrljudge.standalone.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;

class ReplayPlanTest {
    private static RolloutFilter filter(final String since, final String versions, final String... tasks) {
        return new ReplayPlan("digest", null, since, versions, List.of(tasks), false, List.of(0L)).filter();
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
    void shouldReadThePlanOfAnEarlierBuildWhoseRolloutsHadOnePartition() throws Exception {
        final ReplayPlan plan = new ReplayPlan("digest", null, null, "3..", List.of("safety"), false, List.of(12L, 9L));
        assertThat(Mappers.JSON.readValue(Mappers.JSON.writeValueAsString(plan), ReplayPlan.class))
                .isEqualTo(plan);
        assertThat(Mappers.JSON.readValue(
                        "{\"rewardsSha256\": \"digest\", \"versions\": \"3..\", \"tasks\": [\"safety\"], \"endOffset\": 12}",
                        ReplayPlan.class))
                .isEqualTo(plan.until(List.of(12L)));
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
