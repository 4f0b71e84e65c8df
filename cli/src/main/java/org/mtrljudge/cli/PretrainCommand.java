package org.mtrljudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.Pretraining;
import org.mtrljudge.tasks.pretraining.Corpus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pretrain",
        description =
                "Makes the judge-tiny that ships with the code: teaches fresh weights to describe training scenes, then to"
                        + " follow instructions about them. Repeat an interrupted command to continue.")
final class PretrainCommand implements Callable<Integer> {
    private static final Corpus.Shares CAPTIONS = new Corpus.Shares(0, 0, 0);
    private static final double DESCRIBE_LR = 1.5e-3;
    private static final double INSTRUCT_LR = 1e-3;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the checkpoint folder to write")
    private Path out = Path.of(".");

    @Option(
            names = "--describe-steps",
            description = "number of updates that learn captions only (default: ${DEFAULT-VALUE})")
    private int describeSteps = 3000;

    @Option(
            names = "--instruct-steps",
            description =
                    "number of updates after these; most of them learn to follow instructions (default: ${DEFAULT-VALUE})")
    private int instructSteps = 4000;

    @Option(
            names = "--mistakes",
            description = "share of the instructions' yes-or-no answers that are wrong (default: ${DEFAULT-VALUE})")
    private double mistakes = 0.1;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "starts from this checkpoint instead of from fresh weights")
    private @Nullable Path from;

    @Option(names = "--seed", description = "seed of the weights and pictures (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new UsageException(out + " already exists: name a new folder with --out");
        }
        final Pretraining.Plan plan = new Pretraining.Plan(
                seed,
                from == null ? null : from.toAbsolutePath().toString(),
                List.of(
                        new Pretraining.Stage("describe", describeSteps, DESCRIBE_LR, CAPTIONS),
                        new Pretraining.Stage(
                                "instruct", instructSteps, INSTRUCT_LR, new Corpus.Shares(0.15, 0.7, mistakes))));
        new Pretraining(plan, Progress.onStandardOutput()).run(out);
        return 0;
    }
}
