package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.reward.stream.TestedTopology.PAIR_TIMEOUT_MS;
import static org.mtrljudge.reward.stream.TestedTopology.RIGHT;
import static org.mtrljudge.reward.stream.TestedTopology.WRONG;
import static org.mtrljudge.reward.stream.TestedTopology.group;
import static org.mtrljudge.reward.stream.TestedTopology.groupOf;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.BuiltIn;
import org.mtrljudge.reward.rule.Combination;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.tasks.LabelVerifier;

/** A reward that needs both orders of a pair. */
class PairedRewardTest {
    @TempDir
    private Path stateDir;

    private TestedTopology topology;

    @BeforeEach
    void start() {
        topology = new TestedTopology(stateDir, bothOrders());
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(topology.hasNoneScored()).isTrue();
        assertThat(topology.hasNoneDead()).isTrue();
        topology.close();
    }

    private static RewardSettings bothOrders() {
        return orders(2);
    }

    private static RewardSettings orders(final int orders) {
        final LabelVerifier label = new LabelVerifier();
        final Set<String> names = Set.of("accuracy", "format", "graded", TaskReward.POSITION_CONSISTENCY);
        final TaskReward reward = new TaskReward(
                new BuiltIn(label),
                Map.of(),
                orders,
                null,
                new Combination.Weighted(Map.of(TaskReward.POSITION_CONSISTENCY, 1.0), names));
        return new RewardSettings(
                new RewardSet("pairs", 1, Map.of(), reward), AdvantageEstimator.DR_GRPO, false, PAIR_TIMEOUT_MS);
    }

    @Test
    void shouldGiveCreditOnlyWhenBothOrdersOfAPairAreRight() {
        topology.send(groupOf("pair", "p1", RIGHT, RIGHT, WRONG));
        // the same order is written again: it is not the other order
        topology.send(groupOf("pair", "p1", WRONG, WRONG, WRONG));
        assertThat(topology.hasNoneScored()).isTrue();
        topology.send(groupOf("pair", "p2", RIGHT, WRONG, RIGHT));

        final ScoredGroup first = topology.nextScored();
        final ScoredGroup second = topology.nextScored();
        assertThat(first.getRollout().getPrompt().getPromptId()).isEqualTo("p1");
        assertThat(first.getRolloutOffset()).isZero();
        assertThat(first.getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.0, 0.0);
        assertThat(second.getRolloutOffset()).isEqualTo(2);
        assertThat(second.getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.0, 0.0);
    }

    @Test
    void shouldGiveCreditOnlyWhenAllOrdersOfAQuestionAreRight() {
        topology.close();
        topology = new TestedTopology(stateDir.resolve("three"), orders(3));
        topology.send(groupOf("pair", "p1", RIGHT, RIGHT, RIGHT));
        topology.send(groupOf("other", "q1", RIGHT, RIGHT, RIGHT));
        topology.send(groupOf("pair", "p2", RIGHT, WRONG, RIGHT));
        topology.send(groupOf("pair", "p2", RIGHT, RIGHT, RIGHT));
        assertThat(topology.hasNoneScored()).isTrue();
        topology.send(groupOf("pair", "p3", RIGHT, RIGHT, WRONG));
        for (int i = 1; i <= 3; i++) {
            final ScoredGroup scored = topology.nextScored();
            assertThat(scored.getRollout().getPrompt().getPromptId()).isEqualTo("p" + i);
            assertThat(scored.getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.0, 0.0);
        }
        topology.send(groupOf("other", "q2", RIGHT, RIGHT, RIGHT));
        topology.send(groupOf("other", "q3", RIGHT, RIGHT, RIGHT));
        for (int i = 0; i < 3; i++) {
            assertThat(topology.nextScored().getScores())
                    .extracting(s -> s.getTotal())
                    .containsExactly(1.0, 1.0, 1.0);
        }
    }

    @Test
    void shouldRefuseAPairIdThatCouldBeTheKeyOfAnother() {
        topology.send(groupOf("pair\u00001", "p1", RIGHT, RIGHT, RIGHT));
        assertThat(topology.nextDead().getReason()).isEqualTo("its pair id has a character 0");
    }

    @Test
    void shouldRefuseAGroupWithoutAPairWhereTheRewardNeedsOne() {
        topology.send(group("p1", RIGHT, RIGHT));
        assertThat(topology.nextDead().getReason()).contains("position_consistency needs prompts with a pair");
    }
}
