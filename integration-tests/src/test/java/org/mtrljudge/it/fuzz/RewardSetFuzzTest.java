package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.mtrljudge.it.RolloutGroups;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.verdict.Label;

/** Whatever a user writes in the file of a reward set is a reward or is refused before any group is scored. */
class RewardSetFuzzTest {
    private static final Path FILE = Path.of("set.yaml");
    private static final Judged COMPLETION =
            new Judged("task", "yes", Label.of("yes", "no"), "<think>a b a b</think><answer>yes</answer>", true, 12);

    private final RewardSetReader reader = new RewardSetReader(new Verifiers(null, 1000));

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseAnyRewardSet(final byte[] bytes) {
        check(new String(bytes, StandardCharsets.UTF_8));
    }

    @FuzzTest(maxDuration = "")
    void shouldComputeOrRefuseAnyExpression(final byte[] bytes) {
        final String expression = new String(bytes, StandardCharsets.UTF_8);
        check("{name: any, version: 1, defaults: {combine: \""
                + new String(JsonStringEncoder.getInstance().quoteAsString(expression)) + "\"}}");
    }

    private void check(final String yaml) {
        final RewardSet set;
        try {
            set = reader.read(FILE, yaml);
        } catch (final IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith(FILE.toString());
            return;
        }
        set.tasks().values().forEach(RewardSetFuzzTest::check);
        if (set.defaults() != null) {
            check(set.defaults());
        }
    }

    private static void check(final TaskReward reward) {
        try {
            final Verification verification = reward.verify(
                            RolloutGroups.prompt("p", "task", 1), List.of(COMPLETION), 0)
                    .get(0);
            final var scored = reward.score(COMPLETION, verification, List.of(verification), 0);
            assertThat(scored.total()).isFinite();
            assertThat(scored.verdict()).isEqualTo("yes");
        } catch (final IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
