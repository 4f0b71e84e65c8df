package org.mtrljudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.run.RightAnswers;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "answers",
        description =
                "Writes the right and well-formed training answers of a run, the newest one to each example. Supervised"
                        + " fine-tuning can learn from them: ./judge sft --set data.demonstrations=FILE (rejection sampling).")
final class DataAnswersCommand implements Callable<Integer> {
    @Mixin
    private ExistingRun run = new ExistingRun();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "a new file of JSON lines")
    private Path out = Path.of(".");

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new UsageException(out + " already exists: name a new file with --out");
        }
        final RunDirectory directory = run.open();
        final RunSettings settings = RunSettings.read(directory.settings(), List.of());
        final RightAnswers answers = new RightAnswers(settings.data().source());
        try (EmbeddedBroker broker =
                EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()))) {
            answers.read(broker.clients(settings.connections().topics(run.name())));
        }
        System.out.println("wrote " + answers.write(out) + " answers to " + out);
        return 0;
    }
}
