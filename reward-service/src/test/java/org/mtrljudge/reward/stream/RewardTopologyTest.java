package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.mtrljudge.reward.stream.TestedTopology.BARE;
import static org.mtrljudge.reward.stream.TestedTopology.PAIR_TIMEOUT_MS;
import static org.mtrljudge.reward.stream.TestedTopology.RIGHT;
import static org.mtrljudge.reward.stream.TestedTopology.START;
import static org.mtrljudge.reward.stream.TestedTopology.WRONG;
import static org.mtrljudge.reward.stream.TestedTopology.group;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.PackedArrays;

class RewardTopologyTest {
    private static final double EXACT = 1e-12;

    @TempDir
    private Path stateDir;

    private TestedTopology topology;

    @BeforeEach
    void start() {
        start(new RewardSettings(RewardSet.accuracyAndFormat(0.1), AdvantageEstimator.GRPO, false, PAIR_TIMEOUT_MS));
    }

    private void start(final RewardSettings settings) {
        topology = new TestedTopology(stateDir, settings);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(topology.hasNoneScored()).isTrue();
        assertThat(topology.hasNoneDead()).isTrue();
        topology.close();
    }

    @Test
    void shouldScoreAPromptOnceWhoeverWritesItsRolloutsAgain() {
        topology.send(group("p1", RIGHT, WRONG));
        // another actor writes the group again, because the first actor died before it acknowledged the prompt
        topology.send(group("p1", WRONG, WRONG));
        topology.send(group("p2", RIGHT, WRONG));

        assertThat(topology.nextScored().getScores())
                .extracting(s -> s.getTotal())
                .containsExactly(1.0, 0.1);
        assertThat(topology.nextScored().getRollout().getPrompt().getPromptId()).isEqualTo("p2");
    }

    @Test
    void shouldScoreAccuracyAndFormatAndNormaliseInTheGroup() {
        topology.send(group("p1", RIGHT, WRONG, BARE));

        final ScoredGroup out = topology.nextScored();
        assertThat(out.getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.1, 0.9);
        assertThat(out.getScores().get(2).getVerdict()).isEqualTo("yes");
        assertThat(out.getScores().get(2).getReason()).contains("<think>");
        final double mean = 2.0 / 3;
        final double deviation =
                Math.sqrt((Math.pow(1 - mean, 2) + Math.pow(0.1 - mean, 2) + Math.pow(0.9 - mean, 2)) / 2);
        assertThat(out.getScores().get(0).getAdvantage()).isCloseTo((1 - mean) / deviation, within(1e-5));
        assertThat(out.getZeroSpread()).isFalse();
        assertThat(out.getRollout().getPolicyVersion()).isEqualTo(3);
    }

    @Test
    void shouldMarkAGroupWithoutSpread() {
        topology.send(group("p1", WRONG, WRONG));
        assertThat(topology.nextScored().getZeroSpread()).isTrue();
    }

    @Test
    void shouldNotGradeACutCompletionAsFinished() {
        final RolloutGroup group = group("p1", RIGHT, RIGHT);
        group.getCompletions()
                .set(
                        0,
                        new Completion(
                                RIGHT,
                                group.getCompletions().get(0).getTokens(),
                                group.getCompletions().get(0).getLogProbs(),
                                FinishReason.LENGTH,
                                null));
        topology.send(group);
        final ScoredGroup out = topology.nextScored();
        assertThat(out.getScores()).extracting(s -> s.getTotal()).containsExactly(0.0, 1.0);
        assertThat(out.getScores().get(0).getReason()).isEqualTo("cut at the token limit");
    }

    @Test
    void shouldTurnPoisonIntoDeadLettersWithReasonAndOriginAndGoOn() {
        topology.send("p0", new byte[] {9, 9, 9});
        final RolloutGroup notANumber = group("p1", RIGHT, WRONG);
        notANumber
                .getCompletions()
                .set(
                        1,
                        new Completion(
                                WRONG,
                                PackedArrays.ofInts(new int[] {1}),
                                PackedArrays.ofFloats(new float[] {Float.NaN}),
                                FinishReason.STOP,
                                null));
        topology.send(notANumber);
        final RolloutGroup short1 = group("p2", RIGHT, WRONG);
        short1.getCompletions().remove(0);
        topology.send(short1);
        topology.send(group("p3", RIGHT, WRONG));

        final DeadLetter first = topology.nextDead();
        assertThat(first.getReason()).contains("wire format");
        assertThat(first.getPromptId()).isNull();
        assertThat(first.getTopic()).isEqualTo("run.rollouts");
        assertThat(first.getOffset()).isZero();
        assertThat(first.getPayload()).isEqualTo(ByteBuffer.wrap(new byte[] {9, 9, 9}));
        final DeadLetter second = topology.nextDead();
        assertThat(second.getPromptId()).isEqualTo("p1");
        assertThat(second.getReason()).contains("NaN");
        assertThat(second.getOffset()).isEqualTo(1);
        assertThat(topology.nextDead().getReason()).contains("1 completions, its prompt asked for 2");
        assertThat(topology.nextScored().getRollout().getPrompt().getPromptId()).isEqualTo("p3");
    }

    @Test
    void shouldScoreTheSameBytesTwiceButForTheTime() {
        topology.send(group("p1", RIGHT, WRONG, BARE));
        final ScoredGroup first = topology.nextScored();
        topology.close();
        // another service over the same log
        start();
        topology.send(group("p1", RIGHT, WRONG, BARE));
        final ScoredGroup second = topology.nextScored();
        first.put("scoreMs", 0.0);
        second.put("scoreMs", 0.0);
        assertThat(topology.topics().scored().message("p1", second).value())
                .isEqualTo(topology.topics().scored().message("p1", first).value());
    }

    @Test
    void shouldDivideByTheTasksRunningScale() {
        topology.close();
        start(new RewardSettings(RewardSet.accuracyAndFormat(0), AdvantageEstimator.DR_GRPO, true, PAIR_TIMEOUT_MS));
        // the variance is 0.5
        topology.send(group("p1", RIGHT, WRONG));
        // without spread, the scale does not change
        topology.send(group("p2", RIGHT, RIGHT));
        // the variance is 0.25, so the mean is 0.375
        topology.send(group("p3", RIGHT, WRONG, WRONG, WRONG));
        assertThat(topology.nextScored().getScores().get(0).getAdvantage())
                .isCloseTo(0.5 / (Math.sqrt(0.5) + 1e-6), within(EXACT));
        assertThat(topology.nextScored().getScores().get(0).getAdvantage()).isZero();
        assertThat(topology.nextScored().getScores().get(0).getAdvantage())
                .isCloseTo(0.75 / (Math.sqrt(0.375) + 1e-6), within(EXACT));
    }

    @Test
    void shouldCountByTaskAndMinute() {
        // at 0 s
        topology.send(group("p1", RIGHT, WRONG));
        // at 20 s
        topology.send(group("p2", RIGHT, RIGHT));
        // at 40 s
        topology.send("p3", new byte[] {9});
        // at 60 s
        topology.send(group("p4", WRONG, WRONG));
        topology.nextScored();
        topology.nextScored();
        topology.nextScored();
        topology.nextDead();
        final WindowStore<String, TaskStatistics> windows = topology.statistics();
        final TaskStatistics first = windows.fetch("alignment", START.toEpochMilli());
        assertThat(first.groups()).isEqualTo(2);
        assertThat(first.zeroSpread()).isEqualTo(1);
        assertThat(first.toMap())
                .containsEntry("reward/accuracy", 0.75)
                .containsEntry("reward/format", 1.0)
                .containsEntry("frac_reward_zero_std", 0.5)
                .containsEntry("completions", 4L);
        assertThat(windows.fetch("alignment", START.plusSeconds(60).toEpochMilli())
                        .groups())
                .isEqualTo(1);
        assertThat(windows.fetch(RewardMetrics.UNREADABLE, START.toEpochMilli()).deadLetters())
                .isEqualTo(1);
        assertThat(topology.meters()
                        .counter("judge.reward.groups", "task", "alignment")
                        .count())
                .isEqualTo(3);
        assertThat(topology.meters()
                        .summary("judge.rewards", "task", "alignment")
                        .totalAmount())
                .isCloseTo(1.0 + 0.1 + 2 + 0.2, within(EXACT));
    }
}
