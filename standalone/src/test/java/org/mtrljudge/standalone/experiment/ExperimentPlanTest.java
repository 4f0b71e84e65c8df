package org.mtrljudge.standalone.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.standalone.experiment.report.Preset;

class ExperimentPlanTest {
    private static String plan(final String preset, final String... overrides) {
        return new ExperimentPlan(new CellSettings(Preset.named(preset).with(List.of(overrides)), Path.of("runs", "x")))
                .toText();
    }

    /** Data and checkpoint are missing, so the plan uses the sizes in the preset. */
    @Test
    void shouldCountThePapersRunsTokensAndMemory() {
        final String plan = plan("paper");
        assertThat(plan).contains("45 runs", "data/paper/data.jsonl does not exist", "31,070,754,032 parameters");
        // 3 × 300 × 512 × 20; tests 3 × (3 × 605 + 693 + 2720 + 2037 + 724 + 574), validations 3 × 31 × (3 × 605 + 693
        // + 2584 + 811)
        assertThat(plan).containsPattern("MT-RL-Judge +3 +0 +9,216,000 +574,668 +20,051,288,064");
        // 18 × 60 × 512 × 20
        assertThat(plan).containsPattern("RL-Single +18 +0 +11,059,200 ");
        // 3 × 400 × 256; 18 × 100 × 256
        assertThat(plan).containsPattern("SFT-Unified +3 +307,200 ").containsPattern("SFT-Single +18 +460,800 ");
        // 31.07 billion weights of 2 bytes, gradients with sums of 4 bytes more; copies of the two newest policies and
        // of the reference
        assertThat(plan)
                .contains("(weights 57.9 GiB, gradients 173.6 GiB", "earlier policies and the reference 173.6 GiB");
        // 80 completions × 2048 positions × 2 · 48 · 4 · 128 numbers × 2 bytes
        assertThat(plan).contains("each of 1 actors: 72.9 GiB", "keys and values of 163840 positions 15.0 GiB");
    }

    @Test
    void shouldCountWithTheUsersSettings() {
        assertThat(plan("small", "data.test_size=1", "data.validation_size=1", "trainer.total_steps=1", "sft.steps=1"))
                .contains("learner: ", "judge-tiny: ")
                // each of 18 runs: 32 × 8 completions; the test of ten tasks after each of two stages, two validations
                // of one prompt
                .containsPattern("RL-Single +18 +864 +4,608 +396 ");
    }
}
