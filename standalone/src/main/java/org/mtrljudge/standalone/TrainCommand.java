package org.mtrljudge.standalone;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.ScoredLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "train",
        description =
                "Warm up, learn by reinforcement, test: the whole loop in this process. Without options: the quickstart.")
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--from-scored",
            paramLabel = "TOPIC",
            description =
                    "learns offline from RUN.scored.NAME (a replay) or RUN.scored, with that run's settings and from where"
                            + " its RL began, for as many steps as the topic has batches, trainer.total_steps at most")
    private @Nullable String fromScored;

    @Override
    public Integer call() {
        if (fromScored == null) {
            new RunExecution(options.settings(null, List.of()), options.runs(), options.runName("train"), null).run();
            return 0;
        }
        try (EarlierRun earlier = EarlierRun.open(options.runs(), fromScored)) {
            final RunSettings settings = options.settings(earlier.settings(), earlier.start());
            final ScoredLog log = earlier.log(settings);
            final long groups = log.trainingGroups();
            final long batches = groups / settings.data().rolloutBatchSize();
            if (batches == 0) {
                throw new UsageException(fromScored + " holds " + groups + " training groups, fewer than a batch of "
                        + settings.data().rolloutBatchSize());
            }
            final int steps = (int) Math.min(batches, settings.trainer().totalSteps());
            System.out.println(fromScored + ": " + groups + " training groups, " + steps + " steps");
            new RunExecution(settings.withTotalSteps(steps), options.runs(), options.runName("offline"), log).run();
            return 0;
        }
    }
}
