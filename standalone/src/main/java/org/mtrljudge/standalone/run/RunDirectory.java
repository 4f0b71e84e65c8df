package org.mtrljudge.standalone.run;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.WholeFile;
import org.mtrljudge.standalone.RunException;

/** The folder of one run: {@code runs/RUN}. A file is either complete or absent. */
public final class RunDirectory {
    /** The folder with a folder for each replay. */
    public static final String REPLAYS = "replays";

    /** The folder for the report of a replay that writes no topic. */
    public static final String DRY_RUN = "dry-run";

    /** The report in the folder of a replay that is finished. */
    public static final String REPORT = "report.json";

    private static final String ORIGIN = "origin.json";
    private final String run;
    private final Path path;

    private RunDirectory(final String run, final Path path) {
        this.run = run;
        this.path = path;
    }

    /** @throws UsageException when the run already exists, or its name cannot be the prefix of a topic name */
    public static RunDirectory create(final Path runs, final String run, final long neededBytes) {
        final RunDirectory directory = new RunDirectory(run, absent(runs, run));
        try {
            Files.createDirectories(directory.path);
            final long free = Files.getFileStore(directory.path).getUsableSpace();
            if (free < neededBytes) {
                Files.delete(directory.path);
                throw new RunException(
                        runs.toAbsolutePath() + " has " + (free >> 20) + " MB free, but this run needs about "
                                + (neededBytes >> 20)
                                + " MB: free some space, or choose another folder with --runs DIR",
                        null);
            }
        } catch (final IOException e) {
            throw new RunException("the run's folder " + directory.path + " cannot be created: " + e, e);
        }
        return directory;
    }

    /**
     * The folder that a new run will have.
     *
     * @throws UsageException when the run already exists, or its name cannot be the prefix of a topic name
     */
    public static Path absent(final Path runs, final String run) {
        final RunDirectory directory = named(runs, run);
        if (Files.exists(directory.path)) {
            throw new UsageException("the run " + directory.path + " already exists: choose another name with --run");
        }
        return directory.path;
    }

    /** @throws UsageException when the run does not exist */
    public static RunDirectory open(final Path runs, final String run) {
        final RunDirectory directory = named(runs, run);
        if (!Files.isDirectory(directory.path)) {
            throw new UsageException("there is no run " + directory.path + ": check its name and --runs");
        }
        return directory;
    }

    /**
     * A folder within the folder of the run. It is created when it is missing.
     *
     * @throws UsageException when its name cannot be the prefix of a topic name
     */
    public RunDirectory inside(final String folder, final String name) {
        final RunDirectory inside = named(path.resolve(folder), name);
        try {
            Files.createDirectories(inside.path);
        } catch (final IOException e) {
            throw new RunException("the folder " + inside.path + " cannot be created: " + e, e);
        }
        return inside;
    }

    private static RunDirectory named(final Path runs, final String run) {
        try {
            return new RunDirectory(Topics.checkedName(run), runs.resolve(run));
        } catch (final IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** @throws UsageException when the run has no finished replay of this name, which an option names */
    public void checkReplay(final String option, final String replay) {
        if (replay.equals(DRY_RUN)
                || !Files.exists(named(path.resolve(REPLAYS), replay).path.resolve(REPORT))) {
            throw new UsageException("the run " + run + " has no finished replay " + replay + ": " + option
                    + " names one of " + path + "/" + REPLAYS);
        }
    }

    public String run() {
        return run;
    }

    /** What is said of a run that was stopped: how it continues. */
    public String stopped() {
        return "stopped: ./judge train --resume " + run + " continues a training run";
    }

    public Path path() {
        return path;
    }

    /** The settings with which the run started. */
    public Path settings() {
        return path.resolve("settings.yaml");
    }

    /** The folder of images by reference, which is the folder of the data file. */
    public Path dataRoot(final RunSettings settings) {
        return settings.actors().dataRoot(path);
    }

    public Path kafka() {
        return path.resolve("kafka");
    }

    Path streamsState() {
        return path.resolve("streams");
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /**
     * Replaces the settings of the run, which must decide the same weights.
     *
     * @return what changed, see {@link SettingsTree#changesSince}
     * @throws UsageException when a setting changed that decides the weights, or the newest checkpoint was made with other settings
     */
    public List<String> changeSettings(final SettingsTree now) {
        // without the environment, because a variable is a change like any other
        final SettingsTree before = SettingsTree.read(settings(), Map.of(), List.of());
        final List<String> changes = now.changesSince(before);
        // a learner that refuses the settings must find the earlier ones in the file
        final String needed = Learner.settingsDigest(checkpoints()).orElse(before.digest());
        if (!now.digest().equals(needed)) {
            final String why = now.digest().equals(before.digest())
                    ? "the newest checkpoint was made with others than those in " + settings() + ": put that file back"
                            + " as it was, or start"
                    : "these changed: " + String.join("; ", changes) + ". Start";
            throw new UsageException("--resume can only change settings that do not decide the weights, and " + why
                    + " a new run from a step of this one with --fork");
        }
        write("settings.yaml", now.write());
        return changes;
    }

    public void writeOrigin(final Origin origin) {
        writeJson(ORIGIN, Mappers.JSON.convertValue(origin, new TypeReference<Map<String, Object>>() {}));
    }

    /** The origin of the run. Runs of earlier builds have no origin file. */
    public Origin origin() {
        final Path file = path.resolve(ORIGIN);
        try {
            return Files.exists(file) ? Mappers.read(file, Origin.class) : Origin.NEW;
        } catch (final IOException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage());
        }
    }

    public void write(final String name, final String text) {
        try {
            WholeFile.write(path.resolve(name), text);
        } catch (final IOException e) {
            throw new RunException(path.resolve(name) + " cannot be written: " + e.getMessage(), e);
        }
    }

    public void writeJson(final String name, final Map<String, ?> content) {
        try {
            write(name, Mappers.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
        } catch (final IOException e) {
            throw new IllegalStateException("a map of plain values cannot be written as JSON", e);
        }
    }
}
