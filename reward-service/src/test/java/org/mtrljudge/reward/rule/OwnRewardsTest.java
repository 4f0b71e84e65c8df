package org.mtrljudge.reward.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;

/** Which reward a task has where the settings name functions, and how many groups keep a grader busy. */
class OwnRewardsTest {
    private record Named(String name) implements Grader {
        @Override
        public Terms terms() {
            return new Terms(name, Set.of("score"), 0, 0, 0, 0, false);
        }

        @Override
        public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
            return List.of(new Grade.Given(new Verification(Map.of("score", 1.0), null, null)));
        }
    }

    private static final RewardSet OTHERS = RewardSet.accuracyAndFormat(0.1);

    @Test
    void shouldBeTheRewardOfTheirTasksAndLeaveTheOthers() {
        final Grader own = new Named("own");
        final Grader all = new Named("all");
        final RewardSet some = OwnRewards.over(OTHERS, List.of(new OwnRewards.Own(own, List.of("a", "b"))));
        assertThat(some.of("a").grader()).isEqualTo(own);
        assertThat(some.of("c")).isEqualTo(OTHERS.of("c"));
        final RewardSet both = OwnRewards.over(
                OTHERS, List.of(new OwnRewards.Own(all, List.of()), new OwnRewards.Own(own, List.of("a"))));
        assertThat(both.of("a").grader()).isEqualTo(own);
        assertThat(both.of("c").grader()).isEqualTo(all);
        assertThat(OwnRewards.over(OTHERS, List.of())).isSameAs(OTHERS);
    }

    @Test
    void shouldRefuseTwoRewardsOfATask() {
        final OwnRewards.Own all = new OwnRewards.Own(new Named("all"), List.of());
        assertThatThrownBy(() -> OwnRewards.over(OTHERS, List.of(all, all)))
                .hasMessageContaining("the reward of all tasks: say in a reward set");
        final OwnRewards.Own one = new OwnRewards.Own(new Named("one"), List.of("a"));
        assertThatThrownBy(() -> OwnRewards.over(OTHERS, List.of(one, one)))
                .hasMessageContaining("the reward of the task 'a'");
    }

    @Test
    void shouldGradeSoManyGroupsAtOnceThatNoneWaitsForTheOthersWithinItsLimit() {
        assertThat(groups(0, 1)).isZero();
        // 16 calls at once, 8 per group
        assertThat(groups(16, 1)).isEqualTo(3);
        // a judge with 6 calls per completion is busy with one group
        assertThat(groups(16, 6)).isEqualTo(2);
        // one call per group
        assertThat(groups(8, 0)).isEqualTo(9);
        assertThat(groups(1024, 0)).isEqualTo(Grader.MOST_GROUPS);
    }

    private static int groups(final int callsAtOnce, final int callsPerCompletion) {
        return new Grader.Terms("g", Set.of(), 0, 0, callsAtOnce, callsPerCompletion, false).groupsAtOnce(8);
    }
}
