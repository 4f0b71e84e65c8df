package org.mtrljudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.audit.Refold;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.EarlierRun;
import org.mtrljudge.standalone.run.ForkedRun;
import org.mtrljudge.standalone.run.Origin;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunExecution;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.standalone.run.TrainingPlan;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "train",
        description =
                "Runs the whole loop in this process: warm-up, reinforcement learning, test. Without options, it runs the quickstart.")
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @ArgGroup
    private @Nullable Start start;

    @Option(
            names = "--dry-run",
            description = "shows the data, the lengths of prompts and the memory of the run, and does not run it")
    private boolean dryRun;

    /** The options that continue an earlier run or start from one. */
    static final class Start {
        @Option(
                names = "--from-scored",
                paramLabel = "TOPIC",
                description =
                        "learns offline from RUN.scored.NAME (a replay) or RUN.scored, with the settings of that run and from the start"
                                + " of its RL; as many steps as the topic has batches, but at most trainer.total_steps")
        private @Nullable String fromScored;

        @Option(
                names = "--resume",
                paramLabel = "RUN",
                description =
                        "continues a run that was stopped or killed, with its settings, from its newest checkpoint"
                                + " and its log: nothing is lost and nothing is learned twice")
        private @Nullable String resume;

        @ArgGroup(exclusive = false)
        private @Nullable Fork fork;
    }

    /** The options of a run that starts from a step of another run. */
    static final class Fork {
        @Option(
                names = "--fork",
                required = true,
                paramLabel = "RUN",
                description = "starts a new run with the weights, the optimiser and the examples of a step of this run")
        private String run = "";

        @Option(
                names = "--at-step",
                required = true,
                paramLabel = "K",
                description = "the RL step after which the new run starts")
        private int step;

        @Option(names = "--rewards", paramLabel = "FILE", description = "another reward set for the new run")
        private @Nullable Path rewards;
    }

    @Override
    public Integer call() {
        if (dryRun) {
            plan();
        } else if (start == null) {
            final RunExecution execution = new RunExecution(options.settings(null, List.of()), null);
            TrainingOutput.train(execution, execution.create(options.runs(), options.runName("train"), Origin.NEW));
        } else if (start.resume != null) {
            resume(start.resume);
        } else if (start.fromScored != null) {
            learnFrom(start.fromScored);
        } else if (start.fork != null) {
            fork(start.fork);
        }
        return 0;
    }

    private void plan() {
        if (start != null) {
            throw new UsageException("--dry-run shows a new run, not one that continues another");
        }
        final RunSettings settings = options.settings(null, List.of());
        System.out.print(new TrainingPlan(settings, settings.data().source()).toText());
        try {
            // checks what else has to hold
            new RunExecution(settings, null);
        } catch (final UsageException e) {
            System.out.println("It would not start: " + e.getMessage());
        }
    }

    private void resume(final String run) {
        if (options.isForANewRun()) {
            throw new UsageException("--resume uses the settings and the name of the run: omit --config, --seed and"
                    + " --run, or start a new run from its step with --fork");
        }
        final RunDirectory directory = RunDirectory.open(options.runs(), run);
        if (!Files.isRegularFile(directory.settings())) {
            throw new UsageException(directory.path()
                    + " has no settings.yaml: the run never started, so there is nothing to resume; start a new run");
        }
        if (directory.origin().imported() != null) {
            throw new UsageException(directory.path() + " has rollouts of "
                    + directory.origin().imported() + " and was never trained: ./judge replay scores them");
        }
        final RunSettings settings = changed(directory);
        final String topic = directory.origin().fromScored();
        if (topic == null) {
            TrainingOutput.train(new RunExecution(settings, null), directory);
            return;
        }
        try (EarlierRun earlier = EarlierRun.open(options.runs(), topic)) {
            TrainingOutput.train(new RunExecution(settings, earlier.log(settings)), directory);
        }
    }

    /** The settings of the run with those of the options, which must not decide the weights. */
    private RunSettings changed(final RunDirectory directory) {
        final RunSettings settings = options.settings(directory.settings(), List.of());
        directory.changeSettings(settings.tree()).forEach(change -> System.out.println("changed: " + change));
        return settings;
    }

    private void learnFrom(final String topic) {
        try (EarlierRun earlier = EarlierRun.open(options.runs(), topic)) {
            final RunSettings settings = options.settings(earlier.settings(), earlier.start());
            if (!settings.learning()
                    .leavesOutAs(RunSettings.read(earlier.settings(), List.of()).learning())) {
                throw new UsageException(
                        "the log has the prompts that fit the limits of its run: leave data.max_prompt_length"
                                + " and data.filter_overlong_prompts as they are");
            }
            final ScoredLog log = earlier.log(settings);
            final long groups = log.trainingGroups(settings.learner().rollout());
            final long batches = groups / settings.learner().data().rolloutBatchSize();
            if (batches == 0) {
                throw new UsageException(topic + " has " + groups + " training groups, fewer than one batch of "
                        + settings.learner().data().rolloutBatchSize() + ": set a smaller data.rollout_batch_size");
            }
            final int steps =
                    (int) Math.min(batches, settings.learner().trainer().totalSteps());
            System.out.println(topic + ": " + groups + " training groups, " + steps + " steps");
            final RunExecution execution = new RunExecution(settings.withTotalSteps(steps), log);
            TrainingOutput.train(
                    execution, execution.create(options.runs(), options.runName("offline"), Origin.fromScored(topic)));
        }
    }

    private void fork(final Fork fork) {
        final RunDirectory parent = RunDirectory.open(options.runs(), fork.run);
        final RunSettings settings = options.settings(
                parent.settings(), fork.rewards == null ? List.of() : List.of("reward.file=" + fork.rewards));
        final ForkedRun forked = new ForkedRun(parent, fork.step, settings);
        final RunExecution execution = new RunExecution(settings, null);
        final RunDirectory directory =
                execution.create(options.runs(), options.runName("fork"), Origin.fork(fork.run, fork.step));
        final Refold.Result begun = forked.begin(directory, execution.source());
        System.out.printf(
                "%s starts after step %d of %s, which was learned again from the checkpoint of step %d: weights %.12s…%n",
                directory.run(), fork.step, fork.run, begun.fromStep(), begun.weightDigest());
        begun.notComparable().forEach(line -> System.out.println("  " + line));
        TrainingOutput.train(execution, directory);
    }
}
