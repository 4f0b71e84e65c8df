package org.mtrljudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.Pretraining;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pretrain",
        description =
                "Makes the judge-tiny that ships with the code: teaches fresh weights to describe training scenes.")
final class PretrainCommand implements Callable<Integer> {
    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the checkpoint folder to write")
    private Path out = Path.of(".");

    @Option(
            names = "--describe-steps",
            description = "number of updates that learn descriptions only (default: ${DEFAULT-VALUE})")
    private int describeSteps = 3000;

    @Option(
            names = "--lookup-steps",
            description =
                    "number of updates after these; most of them learn to look up a text in the picture (default: ${DEFAULT-VALUE})")
    private int lookupSteps = 3000;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "continues from this checkpoint instead of from fresh weights")
    private @Nullable Path from;

    @Option(names = "--seed", description = "seed of the weights and pictures (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new UsageException(out + " already exists: name a new folder with --out");
        }
        new Pretraining(seed, describeSteps, lookupSteps, Progress.onStandardOutput()).run(from, out);
        return 0;
    }
}
