package org.mtrljudge.reward.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

class RewardSetReaderTest {
    private static final String RIGHT = "<think>sharp and clean all over</think><answer>yes</answer>";
    private static final double EXACT = 1e-12;

    @TempDir
    private Path folder;

    private RewardSet read(final String yaml) throws IOException {
        final Path file = folder.resolve("rewards.yaml");
        Files.writeString(file, yaml);
        return new RewardSetReader(new Verifiers(null, 1000)).read(file);
    }

    private void refuses(final String yaml, final String... parts) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(
                        e -> assertThat(e.getMessage()).contains("rewards.yaml").contains(parts));
    }

    private static Judged judged(final String text, final int tokens) {
        return new Judged("technical", "yes", Label.of("yes", "no"), text, true, tokens);
    }

    @Test
    void shouldReadTheExample() {
        final RewardSet set = new RewardSetReader(new Verifiers(null, 1000)).read(Path.of("../examples/rewards.yaml"));
        assertThat(set.name()).isEqualTo("careful");
        assertThat(Scoring.score(set.of("technical"), judged(RIGHT, 40)).total())
                .isCloseTo(1.0, within(EXACT));
        // 48 tokens are half way through the buffer: 0.9 + 0.1 - 0.2 / 2
        assertThat(Scoring.score(set.of("technical"), judged(RIGHT, 48)).total())
                .isCloseTo(0.9, within(EXACT));
        assertThat(Scoring.score(set.of("technical"), judged(RIGHT, 90)).total())
                .isCloseTo(0.8, within(EXACT));
        assertThat(Scoring.score(set.of("safety"), judged("yes", 3)).total()).isZero();
        // the text repeats one sentence
        final String again = "<think>x a b c a b c a b c a b</think><answer>yes</answer>";
        assertThat(Scoring.score(set.of("safety"), judged(again, 9))
                        .components()
                        .get("repetition"))
                .isNegative();
        assertThat(Scoring.score(set.of("other"), judged(RIGHT, 9)).total()).isCloseTo(1.0, within(EXACT));
    }

    @Test
    void shouldMatchRepetitionsThatWereCountedByHand() {
        // the runs of two words are "a b", "b a", "a b", "b a", "a c": three of five are new
        final Component repetition = new Component.Repetition(2);
        assertThat(repetition.value(judged("a b a b a c", 6))).isCloseTo(-0.4, within(EXACT));
        assertThat(repetition.value(judged("a b c", 3))).isZero();
        assertThat(repetition.value(judged("a", 1))).isZero();
    }

    @Test
    void shouldCountRunsOfWordsLikeANaiveImplementation() {
        final SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 300; round++) {
            final StringBuilder text = new StringBuilder();
            final int words = random.nextInt(60);
            for (int i = 0; i < words; i++) {
                text.append(List.of("a", "b", "ab", "ba", "é", "<think>").get(random.nextInt(6)))
                        .append(List.of(" ", "  ", "\n", "\t ", "\r\n").get(random.nextInt(5)));
            }
            for (int ngram = 1; ngram <= 4; ngram++) {
                final List<String> split = text.toString().isBlank()
                        ? List.of()
                        : List.of(text.toString().strip().split("\\s+"));
                final Set<List<String>> distinct = new HashSet<>();
                for (int i = 0; i + ngram <= split.size(); i++) {
                    distinct.add(split.subList(i, i + ngram));
                }
                final WordRuns runs = WordRuns.of(text.toString());
                assertThat(runs.count(ngram)).isEqualTo(split.size() - ngram + 1);
                assertThat(runs.distinct(ngram)).isEqualTo(distinct.size());
            }
        }
    }

    @Test
    void shouldReadTheExampleForScores() {
        final RewardSet set = new RewardSetReader(new Verifiers(null, 1000)).read(Path.of("../examples/scores.yaml"));
        assertThat(set.comparesGroups()).isTrue();
        assertThat(set.of("sharpness").comparative()).isEqualTo(new Comparative(16));
    }

    @Test
    void shouldReadPositionConsistency() throws IOException {
        final RewardSet set = read("{name: p, version: 1, defaults: {components: {position_consistency: true},"
                + " combine: '0.9 * position_consistency + 0.1 * format'}}");
        assertThat(set.of("t").orders()).isEqualTo(2);
        assertThat(Scoring.score(set.of("t"), judged(RIGHT, 9), judged(RIGHT, 9))
                        .total())
                .isCloseTo(1.0, within(EXACT));
        assertThat(Scoring.score(set.of("t"), judged(RIGHT, 9), judged("yes", 9))
                        .total())
                .isCloseTo(0.1, within(EXACT));
        assertThat(Scoring.score(set.of("t"), judged(RIGHT, 9)).total()).isCloseTo(0.1, within(EXACT));
    }

    @Test
    void shouldReadPositionConsistencyOfManyOrders() throws IOException {
        final RewardSet set = read("{name: p, version: 1, defaults: {components: {position_consistency: {orders: 3}},"
                + " weights: {position_consistency: 1.0}}}");
        final TaskReward reward = set.of("t");
        assertThat(set.maxOrders()).isEqualTo(3);
        assertThat(Scoring.score(reward, judged(RIGHT, 9), judged(RIGHT, 9), judged(RIGHT, 9))
                        .total())
                .isEqualTo(1.0);
        assertThat(Scoring.score(reward, judged(RIGHT, 9), judged(RIGHT, 9), judged("yes", 9))
                        .total())
                .isZero();
        assertThat(Scoring.score(reward, judged(RIGHT, 9), judged(RIGHT, 9)).total())
                .as("one order is missing")
                .isZero();
        final String set3 = "{name: p, version: 1, defaults: {components: {position_consistency: ORDERS},"
                + " weights: {position_consistency: 1.0}}}";
        assertThat(read(set3.replace("ORDERS", "3")).maxOrders()).isEqualTo(3);
        for (final String wrong : List.of("9", "1", "{orders: 9}", "{orders: 1}")) {
            assertThatThrownBy(() -> read(set3.replace("ORDERS", wrong))).hasMessageContaining(", allowed is 2 to 8");
        }
        assertThatThrownBy(() -> read(set3.replace("ORDERS", "false")))
                .as("the component is not wanted, but has a weight")
                .hasMessageContaining("position_consistency");
    }

    @Test
    void shouldGradeByDistance() throws IOException {
        final RewardSet set = read("{name: g, version: 1, defaults: {weights: {graded: 1.0}}}");
        final List<String> stars = List.of("1", "2", "3", "4", "5");
        final String two = "<think>so so</think><answer>2</answer>";
        assertThat(Scoring.score(set.of("rate"), new Judged("rate", "5", new Label(stars), two, true, 5))
                        .total())
                .isCloseTo(0.25, within(EXACT));
        assertThat(Scoring.score(set.of("rate"), new Judged("rate", "2", new Label(stars), two, true, 5))
                        .total())
                .isEqualTo(1);
        assertThat(Scoring.score(set.of("rate"), new Judged("rate", "5", new Label(stars), two, false, 5))
                        .total())
                .isZero();
    }

    @Test
    void shouldNameErrorsBeforeAnythingIsScored() throws IOException {
        refuses("{version: 1, defaults: {format_weight: 0.1}}", "'name' is missing");
        refuses("{name: a, defaults: {format_weight: 0.1}}", "'version'");
        refuses("{name: a, version: x}", "'version': Cannot deserialize");
        refuses("{name: a", "is not YAML");
        refuses("{name: a, version: 1}", "has neither 'tasks' nor 'defaults'");
        refuses("{name: a, version: 1, default: {}}", "unknown key 'default'", "defaults");
        refuses("{name: a, version: 1, defaults: {}}", "defaults: exactly one of format_weight, weights and combine");
        refuses(
                "{name: a, version: 1, tasks: {t: {format_weight: 2}}}",
                "tasks.t: format_weight is 2, allowed is 0 to 1");
        refuses("{name: a, version: 1, tasks: {t: {weights: {accurcy: 1}}}}", "tasks.t", "'accurcy'", "accuracy");
        refuses("{name: a, version: 1, tasks: {t: {weights: {length: 1}}}}", "'length'");
        refuses("{name: a, version: 1, tasks: {t: {verifier: mine, format_weight: 0}}}", "no verifier 'mine'", "label");
        refuses("{name: a, version: 1, tasks: {t: {combine: 'accuracy +'}}}", "tasks.t: combine: 'accuracy +'");
        refuses("{name: a, version: 1, tasks: {t: {combine: 'accuracy > 0.0'}}}", "is not a CEL expression");
        refuses("{name: a, version: 1, tasks: {t: {combine: 'accuracy * 2'}}}", "written 1.0, not 1");
        refuses(
                "{name: a, version: 1, tasks: {t: {format_weight: 0, components: {length: {max_tokens: 4, buffer_tokens: 9}}}}}",
                "buffer_tokens is 9");
        refuses(
                "{name: a, version: 1, tasks: {t: {weights: {position_consistency: 1}}}}",
                "weights name 'position_consistency'");
        final RewardSet one = read("{name: a, version: 1, tasks: {t: {format_weight: 0}}}");
        assertThatThrownBy(() -> one.of("u")).hasMessageContaining("knows no task 'u', only [t]");
    }

    @Test
    void shouldRefuseARewardThatIsNotAFiniteNumber() throws IOException {
        final RewardSet set = read("{name: a, version: 1, defaults: {combine: 'accuracy / (format - format)'}}");
        assertThatThrownBy(() -> Scoring.score(set.of("t"), judged(RIGHT, 9)))
                .hasMessageContaining("the reward is Infinity");
    }

    /** One such group would put the running scale of its task out of order for thousands of groups. */
    @Test
    void shouldRefuseARewardThatIsTooLarge() throws IOException {
        final RewardSet large = read("{name: a, version: 1, defaults: {combine: '1000001.0 * format'}}");
        assertThatThrownBy(() -> Scoring.score(large.of("t"), judged(RIGHT, 9)))
                .hasMessageContaining("the reward is 1000001.0, and at most ±1000000.0 is allowed");
        final RewardSet largest = read("{name: a, version: 1, defaults: {combine: '-1000000.0 * format'}}");
        assertThat(Scoring.score(largest.of("t"), judged(RIGHT, 9)).total()).isEqualTo(-1e6);
    }
}
