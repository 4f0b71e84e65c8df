package org.mtrljudge.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Option;

/** The options of every command that makes a run. */
final class RunOptions {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a YAML file with the settings that differ from the defaults")
    private @Nullable Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "one setting, for example rollout.n=16")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--seed", description = "short for --set trainer.seed=…")
    private @Nullable Long seed;

    @Option(names = "--data", paramLabel = "FILE", description = "your own data.jsonl instead of the built-in tasks")
    private @Nullable Path data;

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description = "name of the run and prefix of its topics; default: the command, date and time")
    private @Nullable String run;

    @Option(names = "--runs", paramLabel = "DIR", description = "where runs are kept (default: ${DEFAULT-VALUE})")
    private Path runs = Path.of("runs");

    /** @param base settings that the settings of the user override, as {@code key=value} */
    RunSettings settings(final @Nullable Path baseFile, final List<String> base) {
        final List<String> all = new ArrayList<>(base);
        all.addAll(overrides);
        if (seed != null) {
            all.add("trainer.seed=" + seed);
        }
        if (data != null) {
            all.add("data.file=" + data);
        }
        return RunSettings.read(config != null ? config : baseFile, all);
    }

    /** Whether an option was given that only a new run can have. */
    boolean isForANewRun() {
        return config != null || seed != null || run != null;
    }

    String runName(final String command) {
        return run != null ? run : command + "-" + STAMP.format(LocalDateTime.now());
    }

    Path runs() {
        return runs;
    }
}
