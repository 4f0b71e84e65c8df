package org.mtrljudge.reward.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

class RepeatabilityTest {
    /** @param scores the mean and the deviation of each completion, in turn */
    private static ScoredGroup group(final double... scores) {
        final List<CompletionScore> all = new ArrayList<>();
        for (int i = 0; i < scores.length; i += 2) {
            all.add(new CompletionScore(
                    Map.of("score", scores[i], "score_sd", scores[i + 1], "length", 7.0), 0.0, 0.0, null, null, null));
        }
        final RolloutGroup rollout = new RolloutGroup(
                Scoring.prompt(new Judged("a", "yes", Label.of("yes", "no"), "", true, 1)),
                0,
                "",
                "actor",
                List.of(),
                0L,
                0.0,
                null);
        return new ScoredGroup(rollout, "set", 1, all, false, 0.0, 0L, 0);
    }

    @Test
    void shouldDivideTheVarianceOfAnswersFromThatOfCompletions() {
        final Repeatability repeatability = new Repeatability(4);
        repeatability.add(group(1, 1, 5, 1));
        repeatability.add(group(2, 0, 2, 2));
        assertThat(repeatability.tasks()).containsOnlyKeys("a");
        assertThat(repeatability.tasks().get("a")).containsOnlyKeys("score");
        final Repeatability.Spread spread = repeatability.tasks().get("a").get("score");
        assertThat(spread.mean()).isEqualTo(2.5);
        // variances of answers 1, 1, 0, 4
        assertThat(spread.ofOneAnswer()).isCloseTo(Math.sqrt(1.5), within(1e-12));
        // variances of the means in the groups 8 and 0; of their mean 4, 1.5 / 4 is the answers' noise
        assertThat(spread.inAGroup()).isCloseTo(Math.sqrt(4 - 1.5 / 4), within(1e-12));
        assertThat(spread.reliability()).isCloseTo(3.625 / (3.625 + 1.5), within(1e-12));
    }

    /** A simulation: completions with a standard deviation of 2, answers with one of 1, four of them: ICC(1) is 4 / 5. */
    @Test
    void shouldFindTheReliabilityOfAJudgeThatIsKnown() {
        final Random random = new Random(1);
        final Repeatability repeatability = new Repeatability(4);
        for (int g = 0; g < 4000; g++) {
            final double[] scores = new double[16];
            for (int c = 0; c < 8; c++) {
                final double quality = 2 * random.nextGaussian();
                final double[] answers = DoubleStream.generate(() -> quality + random.nextGaussian())
                        .limit(4)
                        .toArray();
                final double mean = Arrays.stream(answers).average().orElseThrow();
                scores[2 * c] = mean;
                scores[2 * c + 1] = Math.sqrt(Arrays.stream(answers)
                                .map(answer -> (answer - mean) * (answer - mean))
                                .sum()
                        / 3);
            }
            repeatability.add(group(scores));
        }
        assertThat(repeatability.tasks().get("a").get("score").reliability()).isCloseTo(0.8, within(0.01));
    }

    @Test
    void shouldCountOnlyCompletionsThatHaveTheComponent() {
        final ScoredGroup group = group(1, 0, 5, 0, 9, 0);
        group.getScores().get(0).put("components", Map.of("length", 7.0));
        final Repeatability repeatability = new Repeatability(2);
        repeatability.add(group);
        assertThat(repeatability.tasks().get("a").get("score").mean()).isEqualTo(7);
        assertThat(repeatability.tasks().get("a").get("score").inAGroup()).isCloseTo(Math.sqrt(8), within(1e-12));
    }

    @Test
    void shouldSayNothingOfGradersThatWereAskedOnce() {
        final Repeatability once = new Repeatability(1);
        once.add(group(1, 1, 5, 1));
        assertThat(once.tasks()).isEmpty();
        final Repeatability same = new Repeatability(2);
        same.add(group(1, 0, 1, 0));
        assertThat(same.tasks().get("a").get("score").reliability()).isNaN();
    }
}
