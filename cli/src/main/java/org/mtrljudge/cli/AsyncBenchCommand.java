package org.mtrljudge.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.bench.AsyncBench;
import org.mtrljudge.standalone.bench.JudgeChild;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "async",
        description =
                "Runs an actor and a learner as two processes, on one core each (taskset). Compares the time for the same number of steps"
                        + " with trainer.max_staleness 0, 1 and 2, and the reward curves. The actor takes 4 prompts at once, so that"
                        + " both have about the same amount of work; the broker and the rewards run in the learner's process.")
final class AsyncBenchCommand implements Callable<Integer> {
    @Option(names = "--steps", description = "RL steps of each run (default: ${DEFAULT-VALUE})")
    private int steps = 60;

    @Option(names = "--learner-core", description = "core of the learner (default: ${DEFAULT-VALUE})")
    private int learnerCore = 0;

    @Option(names = "--actor-core", description = "core of the actor (default: ${DEFAULT-VALUE})")
    private int actorCore = 1;

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "keeps the runs in this folder (default: they are deleted)")
    private @Nullable Path kept;

    @Override
    public Integer call() throws IOException {
        new AsyncBench(new JudgeChild.Launcher(Judge.class), steps, learnerCore, actorCore, System.out).run(kept);
        return 0;
    }
}
