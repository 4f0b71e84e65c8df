package org.mtrljudge.standalone;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "train",
        description =
                "Warm up, learn by reinforcement, test: the whole loop in this process. Without options: the quickstart.")
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Override
    public Integer call() {
        new RunExecution(options.settings(null, List.of()), options.runs(), options.runName("train")).run();
        return 0;
    }
}
