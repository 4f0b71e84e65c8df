package org.mtrljudge.standalone.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;

class ReplayPlanTest {
    private static RolloutFilter filter(final String since, final String versions, final String... tasks) {
        return new ReplayPlan("digest", null, since, versions, List.of(tasks), false, 1, null, List.of(0L)).filter();
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
        final ReplayPlan plan =
                new ReplayPlan("digest", null, null, "3..", List.of("safety"), false, 1, null, List.of(12L, 9L));
        assertThat(Mappers.JSON.readValue(Mappers.JSON.writeValueAsString(plan), ReplayPlan.class))
                .isEqualTo(plan);
        assertThat(Mappers.JSON.readValue(
                        "{\"rewardsSha256\": \"digest\", \"versions\": \"3..\", \"tasks\": [\"safety\"], \"endOffset\": 12}",
                        ReplayPlan.class))
                .satisfies(earlier -> assertThat(earlier.isLike(plan)).isTrue())
                .satisfies(earlier -> assertThat(earlier.endOffsets()).containsExactly(12L));
    }

    private static ReplayPlan plan(final String... pairs) {
        return ReplayPlan.of(RunSettings.read(null, List.of(pairs)), null, null, List.of(), true);
    }

    /** An unfinished replay of an earlier build can be continued. */
    @Test
    void shouldHaveTheDigestOfEarlierBuildsWhereThereAreNoFunctionsAndServers() {
        final String words = "nullRewardSection[algorithm=Algorithm[advEstimator=GRPO, runningScale=false],"
                + " reward=Reward[formatWeight=0.1, file=null, plugins=null, pluginTimeoutMs=5000, pluginCallsAtOnce=32,"
                + " pairLimitMs=1800000, httpPort=null]]";
        assertThat(plan().rewardsSha256()).isEqualTo(Sha256.of(ByteBuffer.wrap(words.getBytes(UTF_8))));
    }

    @Test
    void shouldTellACorrectedFunctionFromOtherRewards(@TempDir final Path folder) throws Exception {
        final Path file = Files.writeString(folder.resolve("f.py"), "def f(solution_str): return 1");
        final String function = "reward.functions=[{file: " + file + ", name: f}]";
        final ReplayPlan first = plan(function);
        assertThat(plan("reward.functions=[{file: " + file + ", name: f, workers: 1, timeout_ms: 7}]")
                        .isLike(first))
                .as("asked otherwise")
                .isTrue();
        Files.writeString(file, "def f(solution_str): return 2");
        final ReplayPlan corrected = plan(function);
        assertThat(corrected.isLike(first)).isFalse();
        assertThat(corrected.hasRewardsOf(first)).isTrue();
        assertThat(plan().hasRewardsOf(first)).isFalse();
        assertThat(plan(function, "algorithm.adv_estimator=rloo").hasRewardsOf(first))
                .isFalse();
    }

    @Test
    void shouldAddToAFinishedReplayOnlyWhatFailedAndOnlyOfItsRewards(@TempDir final Path folder) throws Exception {
        final ReplayFolder replay = new ReplayFolder(RunDirectory.create(folder, "replayed", 0));
        replay.begin(plan(), () -> List.of(3L));
        replay.check(plan());
        Files.writeString(replay.path().resolve("report.json"), "{}");
        replay.check(plan());
        assertThatThrownBy(() -> replay.check(plan("reward.format_weight=0.5")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("has scores of other rewards");
        final ReplayPlan all = new ReplayPlan("digest", null, null, null, List.of(), false, 1, null, List.of());
        assertThatThrownBy(() -> replay.check(all)).hasMessageContaining("add --only-failed");
        final ReplayPlan some = new ReplayPlan("digest", null, null, "3..", List.of(), true, 1, null, List.of());
        assertThatThrownBy(() -> replay.check(some)).hasMessageContaining("without --since, --versions and --tasks");
    }

    @Test
    void shouldTellHowOftenGradersWereAsked() {
        assertThat(plan().asking(3, null).isLike(plan())).isFalse();
        assertThat(plan().asking(3, null).hasRewardsOf(plan()))
                .as("the topic has other components")
                .isFalse();
        assertThat(plan().asking(1, "").isLike(plan())).isFalse();
        assertThat(plan().hasRewardsOf(plan().asking(1, "")))
                .as("of what is not kept, the judge can be asked")
                .isTrue();
        assertThatThrownBy(() -> plan().asking(2, ""))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("give one of them");
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
