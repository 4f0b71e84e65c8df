package org.mtrljudge.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;

/** A resume with other settings writes them only when the learner will accept them. */
class ChangedSettingsTest {
    @TempDir
    private Path runs;

    private RunDirectory run;
    private String before;

    @BeforeEach
    void makeRun() throws IOException {
        run = RunDirectory.create(runs, "run", 0);
        before = SettingsTree.read(null, Map.of(), List.of("actor.optim.lr=0.25"))
                .write();
        run.write("settings.yaml", before);
        checkpoint(SettingsTree.read(run.settings(), Map.of(), List.of()).digest());
    }

    private void checkpoint(final String digest) throws IOException {
        final Path folder = Files.createDirectories(run.checkpoints().resolve("global_step_2"));
        Files.write(folder.resolve("learner.json"), Mappers.JSON.writeValueAsBytes(LearnerState.fresh(digest)));
    }

    private SettingsTree with(final Map<String, String> environment, final String... pairs) {
        return SettingsTree.read(run.settings(), environment, List.of(pairs));
    }

    @Test
    void shouldWriteAChangeThatDoesNotDecideTheWeights() {
        assertThat(run.changeSettings(with(Map.of("JUDGE__TRAINER__THREADS", "2"), "trainer.save_freq=7")))
                .containsExactly("trainer.save_freq was 2, is 7", "trainer.threads was 1, is 2");
        assertThat(run.settings()).content().contains("save_freq: 7", "threads: 2", "lr: 0.25");
    }

    @Test
    void shouldRefuseADecidingChangeOfTheEnvironmentAndKeepTheSettings() {
        assertThatThrownBy(() -> run.changeSettings(with(Map.of("JUDGE__ACTOR__OPTIM__LR", "0.5"))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("actor.optim.lr was 0.25, is 0.5")
                .hasMessageContaining("--fork");
        assertThat(run.settings()).hasContent(before);
    }

    @Test
    void shouldKeepTheSettingsWhenTheNewestCheckpointWasMadeWithOthers() throws IOException {
        checkpoint("deciding-2:others");
        assertThatThrownBy(() -> run.changeSettings(with(Map.of(), "trainer.save_freq=7")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("the newest checkpoint was made with others than those in " + run.settings());
        assertThat(run.settings()).hasContent(before);
    }

    @Test
    void shouldAcceptARewardSetThatMovedAndIsNoLongerAtItsOldPlace() throws IOException {
        final Path old = Files.writeString(runs.resolve("old.yaml"), "reward set");
        run.write("settings.yaml", with(Map.of(), "reward.file=" + old).write());
        checkpoint(with(Map.of()).digest());
        final Path moved = Files.move(old, runs.resolve("moved.yaml"));
        assertThat(run.changeSettings(with(Map.of(), "reward.file=" + moved)))
                .containsExactly("reward.file was \"" + old + "\", is \"" + moved + "\"");
    }
}
