package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.mtrljudge.standalone.bench.rescore.FunctionBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "functions",
        description =
                "Compares a replay with a reward function in Python with a plain Python loop over the same function, also while its"
                        + " processes are killed and while it hangs.")
final class FunctionBenchCommand implements Callable<Integer> {
    @Option(names = "--groups", description = "groups that are scored (default: ${DEFAULT-VALUE})")
    private int groups = 20_000;

    @Option(names = "--completions", description = "completions per group (default: ${DEFAULT-VALUE})")
    private int completions = 8;

    @Option(names = "--workers", description = "processes of the function (default: ${DEFAULT-VALUE})")
    private int workers = 4;

    @Option(
            names = "--work-ms",
            description = "how long the function waits for each completion (default: ${DEFAULT-VALUE})")
    private double workMs = 1;

    @Option(names = "--python", paramLabel = "PROGRAM", description = "a Python 3 program (default: ${DEFAULT-VALUE})")
    private String python = "python3";

    @Override
    public Integer call() throws IOException {
        new FunctionBench(new FunctionBench.Size(groups, completions, workers), workMs, python, System.out).run();
        return 0;
    }
}
