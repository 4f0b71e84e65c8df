package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.mtrljudge.standalone.bench.DataBench;
import org.mtrljudge.standalone.bench.JudgeChild;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "data",
        description = "Makes a large data.jsonl and measures its index, and the start of a run with it.")
final class DataBenchCommand implements Callable<Integer> {
    @Option(names = "--rows", description = "number of lines (default: ${DEFAULT-VALUE})")
    private int rows = 10_000_000;

    @Option(names = "--heap", description = "Java heap of the run (default: ${DEFAULT-VALUE})")
    private String heap = "512m";

    @Option(names = "--starts", description = "number of starts (default: ${DEFAULT-VALUE})")
    private int starts = 3;

    @Override
    public Integer call() throws IOException {
        new DataBench(new JudgeChild.Launcher(Judge.class, heap), System.out).run(rows, starts);
        return 0;
    }
}
