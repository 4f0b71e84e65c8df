package org.mtrljudge.learner.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.settings.SettingsTree;

class AdapterSeedTest {
    private static String adapter(final int seed) {
        final SettingsTree tree = SettingsTree.read(
                null, Map.of(), List.of("actor.model.lora.rank=2", "trainer.seed=" + seed, "device=cpu"));
        try (JudgeModel model = LearnerSection.of(tree).load()) {
            return PolicyPublisher.digest(model);
        }
    }

    @Test
    void shouldDrawANewAdapterFromTheSeedOfTheRun() {
        assertThat(adapter(2)).isEqualTo(adapter(2)).isNotEqualTo(adapter(1));
    }
}
