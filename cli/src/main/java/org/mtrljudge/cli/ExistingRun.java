package org.mtrljudge.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;
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

    /** Does a piece of work with the log of the run. The broker of the run is joined, or is started for the work. */
    <T> T withLog(final Function<KafkaClients, T> work) {
        final RunDirectory directory = open();
        final RunSettings settings = RunSettings.read(directory.settings(), List.of());
        try (EmbeddedBroker broker =
                EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()))) {
            return work.apply(broker.existing(settings.connections().topics(run)));
        }
    }
}
