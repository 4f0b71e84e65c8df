package org.mtrljudge.standalone;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rescore",
        description =
                "A replay of prepared rollouts against a bare consume-and-produce of the same bytes on the same broker,"
                        + " and against a plain Python loop over the same completions from a file.")
final class RescoreBenchCommand implements Callable<Integer> {
    @Option(
            names = "--groups",
            description = "groups that the largest run scores; the smallest scores a tenth (default: ${DEFAULT-VALUE})")
    private int groups = 50_000;

    @Option(names = "--completions", description = "completions per group (default: ${DEFAULT-VALUE})")
    private int completions = 20;

    @Option(names = "--python", paramLabel = "PROGRAM", description = "a Python 3 (default: ${DEFAULT-VALUE})")
    private String python = "python3";

    @Override
    public Integer call() throws IOException {
        new RescoreBench(groups, completions, python, System.out).run();
        return 0;
    }
}
