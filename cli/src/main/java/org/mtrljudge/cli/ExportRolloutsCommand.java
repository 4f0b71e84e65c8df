package org.mtrljudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.rollouts.RolloutExport;
import org.mtrljudge.standalone.run.RunDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "rollouts",
        description =
                "Writes the scored groups of a run: a prompt per row with its completions, rewards, advantages and versions.")
final class ExportRolloutsCommand implements Callable<Integer> {
    @Mixin
    private ExistingRun run = new ExistingRun();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "a new file, which ends in .jsonl or .parquet")
    private Path out = Path.of(".");

    @Option(
            names = "--scored",
            paramLabel = "NAME",
            description = "the scores of this replay; without it, those of the run")
    private @Nullable String replay;

    @Option(names = "--tasks", paramLabel = "TASK", split = ",", description = "only these tasks")
    private Set<String> tasks = new LinkedHashSet<>();

    @Option(names = "--purpose", description = "only prompts of this purpose: TRAIN or EVAL")
    private @Nullable Purpose purpose;

    @Option(names = "--tokens", description = "with token ids and log-probabilities")
    private boolean tokens;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new UsageException(out + " already exists: name a new file with --out");
        }
        final RunDirectory directory = run.open();
        if (replay != null) {
            directory.checkReplay("--scored", replay);
        }
        final long groups = run.withLog(clients -> new RolloutExport(purpose, tasks, tokens)
                .write(
                        clients,
                        replay == null
                                ? clients.topics().scored()
                                : clients.topics().scored(replay),
                        out));
        System.out.println("wrote " + groups + " groups to " + out);
        return 0;
    }
}
