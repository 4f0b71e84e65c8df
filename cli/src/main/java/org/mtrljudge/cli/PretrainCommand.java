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

    @Option(names = "--describe-steps", description = "updates that describe only (default: ${DEFAULT-VALUE})")
    private int describeSteps = 3000;

    @Option(
            names = "--lookup-steps",
            description =
                    "updates after them, most of them looking a text up in the picture (default: ${DEFAULT-VALUE})")
    private int lookupSteps = 3000;

    @Option(names = "--from", paramLabel = "DIR", description = "go on from this checkpoint instead of fresh weights")
    private @Nullable Path from;

    @Option(names = "--seed", description = "of weights and pictures (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new UsageException(out + " is there already: name a new folder");
        }
        new Pretraining(seed, describeSteps, lookupSteps, Progress.onStandardOutput()).run(from, out);
        return 0;
    }
}
