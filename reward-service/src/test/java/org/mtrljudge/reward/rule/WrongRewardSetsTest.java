package org.mtrljudge.reward.rule;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.reward.grader.BuiltIn;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;
import org.mtrljudge.tasks.verdict.Label;

/** What would fail group after group is refused before the run, and what a verifier does wrong fails one group. */
class WrongRewardSetsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {name: a, version: 1, defaults: {weights: {accuracy: null}}}  | defaults: the weight of 'accuracy' is missing
            {name: a, version: 1, defaults: {weights: {accuracy: NaN}}}   | defaults: the weight of 'accuracy' is NaN
            {name: a, version: 1, tasks: {t: {weights: {format: INF}}}}  | tasks.t: the weight of 'format' is Infinity
            {name: a, version: 1, tasks: {t: null}}                       | tasks.t: the entry is empty
            {name: a, version: 1, defaults: {weights: {}}}                | defaults: weights name no component
            {name: a, version: 1, defaults: {format_weight: NaN}}         | defaults: format_weight is NaN
            """)
    void shouldRefuseValuesThatAreMissingOrNotFinite(final String yaml, final String message) throws IOException {
        final Path file = folder.resolve("rewards.yaml");
        Files.writeString(file, yaml);
        assertThatThrownBy(() -> new RewardSetReader(new Verifiers(null, 1000)).read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rewards.yaml: " + message);
    }

    private record Gives(Map<String, Double> values) implements Verifier {
        @Override
        public String name() {
            return "own";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy", "style");
        }

        @Override
        public Verification verify(final Judged completion) {
            return new Verification(values, null, null);
        }
    }

    private static void fails(final Map<String, Double> values, final String message) {
        final TaskReward reward = new TaskReward(
                new BuiltIn(new Gives(values)),
                Map.of(),
                1,
                null,
                new Combination.Weighted(Map.of("accuracy", 1.0), Set.of("accuracy", "style")));
        final Judged judged = new Judged("t", "yes", Label.of("yes", "no"), "yes", true, 1);
        assertThatThrownBy(() -> Scoring.score(reward, judged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldFailAGroupWhoseVerifierGivesNoNumberAlsoWhereItHasNoWeight() {
        fails(Map.of("accuracy", 1.0, "style", Double.NaN), "the verifier 'own' gave NaN for 'style'");
        final Map<String, Double> missing = new HashMap<>();
        missing.put("accuracy", null);
        fails(missing, "the verifier 'own' failed");
    }

    @Test
    void shouldFailAGroupWhoseVerifierGivesEndlesslyManyComponents() {
        final Map<String, Double> many = new HashMap<>(Map.of("accuracy", 1.0, "style", 1.0));
        for (int i = 0; i < 100; i++) {
            many.put("made-up-" + i, 0.0);
        }
        fails(many, "the verifier 'own' gave 102 components, at most 100 are allowed");
    }
}
