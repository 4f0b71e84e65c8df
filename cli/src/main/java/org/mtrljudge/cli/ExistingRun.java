package org.mtrljudge.cli;

import java.nio.file.Path;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.RunDirectory;
import picocli.CommandLine.Option;

/** The options of every command that works on an existing run. */
final class ExistingRun {
    @Option(names = "--run", required = true, paramLabel = "RUN", description = "name of the run")
    private String run = "";

    @Option(names = "--runs", paramLabel = "DIR", description = "where runs are kept (default: ${DEFAULT-VALUE})")
    private Path runs = Path.of("runs");

    String name() {
        return run;
    }

    /** @throws UsageException when there is no such run */
    RunDirectory open() {
        return RunDirectory.open(runs, run);
    }
}
