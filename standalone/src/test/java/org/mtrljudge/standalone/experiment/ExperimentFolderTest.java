package org.mtrljudge.standalone.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.experiment.report.Preset;

class ExperimentFolderTest {
    private static final String STEPS = "trainer.total_steps=7";

    @TempDir
    private Path runs;

    private ExperimentFolder folder;

    @BeforeEach
    void make() {
        folder = new ExperimentFolder(runs.resolve("mine"));
    }

    @Test
    void shouldStartWithTheSmallPresetWhenNoOtherIsNamed() {
        final CellSettings settings = folder.settings(null, List.of());
        assertThat(settings.preset()).isEqualTo(Preset.named("small").with(List.of()));
        assertThat(settings.folder()).isEqualTo(runs.resolve("mine"));
    }

    @Test
    void shouldContinueWithTheSettingsThatItStartedWith() throws IOException {
        folder.write(folder.settings("small", List.of(STEPS)));
        final CellSettings again = folder.settings(null, List.of());
        assertThat(again.shared().learner().trainer().totalSteps()).isEqualTo(7);
        assertThatCode(() -> folder.check(again)).doesNotThrowAnyException();
        assertThatCode(() -> folder.check(folder.settings("small", List.of(STEPS))))
                .as("the same settings, named again")
                .doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseOtherSettingsThanThoseItStartedWith() throws IOException {
        assertThatCode(() -> folder.check(folder.settings("small", List.of(STEPS))))
                .as("it has not started")
                .doesNotThrowAnyException();
        folder.write(folder.settings("small", List.of(STEPS)));
        assertThatThrownBy(() -> folder.check(folder.settings("small", List.of())))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("was started with other settings");
    }
}
