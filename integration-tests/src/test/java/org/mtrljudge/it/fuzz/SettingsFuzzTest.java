package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.experiment.CellSettings;
import org.mtrljudge.standalone.experiment.ExperimentPlan;
import org.mtrljudge.standalone.experiment.report.Preset;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.DataException;

/** Settings and experiments of a user are read, or refused with the key and the reason. What was read can be written and read again. */
class SettingsFuzzTest {
    @TempDir
    static Path folder;

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseAFileOfSettings(final byte[] bytes) throws IOException {
        check(Files.write(folder.resolve("settings.yaml"), bytes), List.of());
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseSettingsOfTheCommandLine(final byte[] bytes) throws IOException {
        check(null, Arrays.asList(new String(bytes, StandardCharsets.UTF_8).split("\n")));
    }

    private static void check(final @Nullable Path file, final List<String> pairs) throws IOException {
        final RunSettings settings;
        try {
            settings = RunSettings.read(file, pairs);
        } catch (final UsageException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotEndWith(": null").doesNotContain("Cannot invoke");
            return;
        }
        assertThat(settings.tree().digest()).isNotBlank();
        final String written = settings.tree().write();
        final RunSettings again =
                RunSettings.read(Files.writeString(folder.resolve("written.yaml"), written), List.of());
        assertThat(again.tree().write()).isEqualTo(written);
    }

    @FuzzTest(maxDuration = "")
    void shouldPlanOrRefuseAnExperiment(final byte[] bytes) throws IOException {
        final Path file = Files.write(folder.resolve("experiment.yaml"), bytes);
        final Preset preset;
        try {
            preset = Preset.named(file.toString());
        } catch (final UsageException e) {
            assertThat(e.getMessage()).doesNotContain("Cannot invoke");
            return;
        }
        final Path written = Files.writeString(folder.resolve("written.yaml"), preset.write());
        assertThat(Preset.named(written.toString()).write()).isEqualTo(preset.write());
        try {
            assertThat(new ExperimentPlan(new CellSettings(preset, folder)).toText())
                    .isNotBlank();
        } catch (final UsageException | DataException | ModelException e) {
            assertThat(e.getMessage()).doesNotContain("Cannot invoke");
        }
    }
}
