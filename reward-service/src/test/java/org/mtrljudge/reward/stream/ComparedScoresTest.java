package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.mtrljudge.reward.stream.TestedTopology.PAIR_TIMEOUT_MS;
import static org.mtrljudge.reward.stream.TestedTopology.RIGHT;
import static org.mtrljudge.reward.stream.TestedTopology.group;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.rule.Verifiers;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.tasks.verdict.Score;

/** A reward that compares the scores of a group with those of the group before. */
class ComparedScoresTest {
    private static final double ROUNDED = 1e-6;

    @TempDir
    private Path folder;

    private TestedTopology topology;

    @BeforeEach
    void start() throws IOException {
        final Path file = folder.resolve("compared.yaml");
        Files.writeString(
                file,
                "{name: compared, version: 1, defaults: {components: {comparative: {window: 1}},"
                        + " weights: {comparative: 1.0}}}");
        final RewardSet set = new RewardSetReader(new Verifiers(null, 1000)).read(file);
        topology = new TestedTopology(
                folder.resolve("state"), new RewardSettings(set, AdvantageEstimator.GRPO, false, PAIR_TIMEOUT_MS));
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(topology.hasNoneScored()).isTrue();
        assertThat(topology.hasNoneDead()).isTrue();
        topology.close();
    }

    private static RolloutGroup scores(
            final String id, final Purpose purpose, final String right, final String... given) {
        final String[] texts = new String[given.length];
        for (int i = 0; i < given.length; i++) {
            texts[i] = "<think>seen</think><answer>" + given[i] + "</answer>";
        }
        final RolloutGroup group = group(id, texts);
        group.getPrompt().put("reference", right);
        group.getPrompt().put("labels", List.of());
        group.getPrompt().put("verdictType", new Score(1, 5, true, 0).toJson());
        group.getPrompt().put("purpose", purpose);
        return group;
    }

    private List<Double> rewards() {
        return topology.nextScored().getScores().stream()
                .map(score -> score.getTotal())
                .toList();
    }

    @Test
    void shouldCompareWithTheLastGroupOfTheTraining() {
        topology.send(scores("p1", Purpose.TRAIN, "2", "2", "4"));
        topology.send(scores("p2", Purpose.TRAIN, "4", "3", "5"));
        // a test is not compared, and nothing is compared with it
        topology.send(scores("p3", Purpose.EVAL, "1", "1", "5"));
        // right below p2, equal to p1, which is forgotten; the last one gives no score
        topology.send(scores("p4", Purpose.TRAIN, "2", "4", "none"));

        assertThat(rewards()).containsExactly(0.0, 0.0);
        final List<Double> second = rewards();
        assertThat(second.get(0)).isCloseTo(Math.sqrt(0.5), within(ROUNDED));
        assertThat(second.get(1)).isCloseTo(0.9598698, within(ROUNDED));
        assertThat(rewards()).containsExactly(0.0, 0.0);
        final List<Double> fourth = rewards();
        assertThat(fourth.get(0)).isCloseTo(Math.sqrt(0.5), within(ROUNDED));
        assertThat(fourth.get(1)).isZero();
    }

    @Test
    void shouldNotRememberAGroupWithoutAnyScore() {
        topology.send(scores("p1", Purpose.TRAIN, "2", "none", "6"));
        topology.send(scores("p2", Purpose.TRAIN, "4", "3", "5"));
        assertThat(rewards()).containsExactly(0.0, 0.0);
        assertThat(rewards()).containsExactly(0.0, 0.0);
    }

    @Test
    void shouldRefuseToCompareLabels() {
        topology.send(group("p1", RIGHT, RIGHT));
        assertThat(topology.nextDead().getReason())
                .isEqualTo("comparative needs scores, but the verdict of this prompt is one of [yes, no]");
    }
}
