package org.mtrljudge.learner.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.state.BestSoFar;

class BestPolicyTest {
    private static boolean plateau(final BestSoFar best, final int patience, final int frequency, final int step) {
        return new BestPolicy(null, null, List.of(), null, Path.of("unused"), best)
                .hasPlateaued(patience, frequency, step);
    }

    @Test
    void shouldSeeAPlateauWhenValidationsDoNotImproveForTheSetPatience() {
        final BestSoFar best = new BestSoFar(50, 20);
        assertThat(plateau(best, 2, 10, 30)).as("one validation").isFalse();
        assertThat(plateau(best, 2, 10, 39)).isFalse();
        assertThat(plateau(best, 2, 10, 40)).as("two validations").isTrue();
        assertThat(plateau(best, 0, 10, 400)).as("no patience is set").isFalse();
        assertThat(plateau(best, 2, 0, 400)).as("nothing is validated").isFalse();
        assertThat(plateau(BestSoFar.NONE, 2, 10, 400))
                .as("nothing was validated")
                .isFalse();
    }

    /** A rank correlation can be negative. */
    @Test
    void shouldTakeANegativeScoreForAResult() {
        assertThat(BestSoFar.NONE.isNone()).isTrue();
        assertThat(new BestSoFar(-100, 0).isNone()).isFalse();
        assertThat(new BestSoFar(-0.5, 10).isNone()).isFalse();
        assertThat(-100.0).isGreaterThan(BestSoFar.NONE.score());
        // as a checkpoint of an older build has it
        assertThat(new BestSoFar(-1, 0).isNone()).isTrue();
    }
}
