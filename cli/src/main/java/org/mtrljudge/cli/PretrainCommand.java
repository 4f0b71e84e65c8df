package org.mtrljudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.Pretraining;
import org.mtrljudge.tasks.pretraining.Corpus;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pretrain",
        description =
                "Makes a judge-tiny from nothing: teaches fresh weights to describe training scenes and to look up texts, then to"
                        + " follow instructions about them. Repeat an interrupted command to continue.")
final class PretrainCommand implements Callable<Integer> {
    private static final int BATCH_SIZE = 64;
    private static final int STEPS_PER_CHECKPOINT = 200;
    private static final double DESCRIBE_LR = 1.5e-3;
    private static final double INSTRUCT_LR = 1e-3;

    @ArgGroup(multiplicity = "1")
    private Goal goal = new Goal();

    /** A checkpoint, or a look at what it would be trained on. */
    static final class Goal {
        @Option(names = "--out", required = true, paramLabel = "DIR", description = "the checkpoint folder to write")
        private @Nullable Path out;

        @Option(
                names = "--show",
                required = true,
                paramLabel = "N",
                description = "prints N examples of the last stage instead: prompt, then completion")
        private int show;
    }

    @Option(
            names = "--describe-steps",
            description = "number of updates that learn captions and what texts say (default: ${DEFAULT-VALUE})")
    private int describeSteps = 600;

    @Option(
            names = "--instruct-steps",
            description =
                    "number of updates after these; most of them learn to follow instructions (default: ${DEFAULT-VALUE})")
    private int instructSteps = 3000;

    @Option(
            names = "--mistakes",
            description = "share of the instructions' yes-or-no answers that are wrong (default: ${DEFAULT-VALUE})")
    private double mistakes = 0.05;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "starts from this checkpoint instead of from fresh weights")
    private @Nullable Path from;

    @Option(names = "--seed", description = "seed of the weights and pictures (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        final String start = from == null ? null : from.toAbsolutePath().toString();
        final Pretraining.Plan plan = new Pretraining.Plan(seed, start, BATCH_SIZE, stages());
        if (goal.out == null) {
            plan.corpus(1).print(goal.show, System.out::println);
            return 0;
        }
        if (Files.exists(goal.out)) {
            throw new UsageException(goal.out + " already exists: name a new folder with --out");
        }
        new Pretraining(plan, STEPS_PER_CHECKPOINT, Progress.onStandardOutput()).run(goal.out);
        return 0;
    }

    private List<Pretraining.Stage> stages() {
        try {
            return List.of(
                    new Pretraining.Stage("describe", describeSteps, DESCRIBE_LR, new Corpus.Shares(0.3, 0, 0)),
                    new Pretraining.Stage(
                            "instruct", instructSteps, INSTRUCT_LR, new Corpus.Shares(0.1, 0.8, mistakes)));
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong option: " + e.getMessage());
        }
    }
}
