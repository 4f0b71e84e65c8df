package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.mtrljudge.standalone.bench.rescore.RescoreBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rescore",
        description =
                "Compares a replay of prepared rollouts with bare consume-and-produce of the same bytes on the same broker,"
                        + " and with a plain Python loop over the same completions from a file.")
final class RescoreBenchCommand implements Callable<Integer> {
    @Option(
            names = "--groups",
            description =
                    "groups that the largest run scores; the smallest run scores a tenth of them (default: ${DEFAULT-VALUE})")
    private int groups = 50_000;

    @Option(names = "--completions", description = "completions per group (default: ${DEFAULT-VALUE})")
    private int completions = 20;

    @Option(
            names = "--partitions",
            description = "partitions of the topics; a replay has a thread per partition (default: ${DEFAULT-VALUE})")
    private int partitions = 1;

    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            description =
                    "a Python 3 program; with confluent-kafka and fastavro, also for a service (default: ${DEFAULT-VALUE})")
    private String python = "python3";

    @Override
    public Integer call() throws IOException {
        new RescoreBench(groups, completions, partitions, python, System.out).run();
        return 0;
    }
}
