package org.mtrljudge.standalone.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.WholeFile;
import org.mtrljudge.standalone.experiment.report.Preset;

/** The folder of an experiment, which keeps the preset with which the experiment started: {@code experiment.yaml}. */
public final class ExperimentFolder {
    /** The preset of an experiment that names none. */
    public static final String SMALL = "small";

    private final Path path;
    private final Path file;

    public ExperimentFolder(final Path path) {
        this.path = path;
        this.file = path.resolve("experiment.yaml");
    }

    /**
     * The settings with which the experiment started, or those that are wanted where it has not started or where something is wanted.
     *
     * @param preset a built-in preset or a file; null: nothing is wanted
     * @param overrides settings of all runs, as {@code key=value}, over those of the preset
     */
    public CellSettings settings(final @Nullable String preset, final List<String> overrides) {
        final boolean wanted = preset != null || !overrides.isEmpty();
        return new CellSettings(
                Files.isRegularFile(file) && !wanted
                        ? begun()
                        : Preset.named(preset == null ? SMALL : preset).with(overrides),
                path);
    }

    private Preset begun() {
        return Preset.named(file.toString());
    }

    /** @throws UsageException when the experiment started with other settings */
    public void check(final CellSettings settings) {
        if (Files.isRegularFile(file) && !begun().equals(settings.preset())) {
            throw new UsageException(path + " was started with other settings: omit --preset and --set to continue"
                    + " with its own settings, or start another experiment with --name");
        }
    }

    /** Keeps the settings for the next time. */
    public void write(final CellSettings settings) throws IOException {
        Files.createDirectories(path);
        WholeFile.write(file, settings.preset().write());
    }
}
