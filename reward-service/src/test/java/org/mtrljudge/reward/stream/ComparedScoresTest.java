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
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.GroupScores;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
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
        start("comparative: {window: 1}", "weights: {comparative: 1.0}");
    }

    private void start(final String component, final String reward) throws IOException {
        final Path file = folder.resolve("compared.yaml");
        Files.writeString(
                file, "{name: compared, version: 1, defaults: {components: {" + component + "}, " + reward + "}}");
        final RewardSet set = new RewardSetReader(new Verifiers(null, 1000)).read(file);
        topology = new TestedTopology(
                Files.createTempDirectory(folder, "state"),
                new RewardSettings(set, AdvantageEstimator.GRPO, false, PAIR_TIMEOUT_MS));
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
    void shouldNotCompareWithAGroupThatCannotBeScored() throws IOException {
        topology.close();
        // a well-formed answer that is compared at all has a reward that is too large
        start("comparative: {window: 1}", "combine: 'comparative + 1e8 * format * comparative'");
        topology.send(scores("p1", Purpose.TRAIN, "2", "2", "4"));
        topology.send(scores("p2", Purpose.TRAIN, "4", "3", "5"));
        final RolloutGroup bare = scores("p3", Purpose.TRAIN, "4", "3", "5");
        bare.getCompletions().forEach(one -> one.put("text", one.getText().replace("<think>seen</think>", "")));
        topology.send(bare);

        assertThat(rewards()).containsExactly(0.0, 0.0);
        assertThat(topology.nextDead().getReason()).contains("the reward is");
        assertThat(rewards().get(1))
                .as("right above p1; p2, whose right score is the same, would give less")
                .isCloseTo(0.9598698, within(ROUNDED));
    }

    @Test
    void shouldKeepTheGroupsOfAWindowInItsStore() {
        final List<GroupScores> groups = List.of(new GroupScores(2, 3, 1), new GroupScores(4, 4.5, 0.25));
        try (Serde<List<GroupScores>> serde = TaskStores.windowSerde()) {
            assertThat(serde.deserializer()
                            .deserialize("windows", serde.serializer().serialize("windows", groups)))
                    .isEqualTo(groups);
        }
    }

    @Test
    void shouldRefuseToCompareLabels() {
        topology.send(group("p1", RIGHT, RIGHT));
        assertThat(topology.nextDead().getReason())
                .isEqualTo("comparative needs scores, but the verdict of this prompt is one of [yes, no]");
    }
}
