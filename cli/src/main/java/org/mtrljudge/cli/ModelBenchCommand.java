package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.bench.ModelBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "model",
        description = "The model against the reference implementation (torch, transformers): generation and a training"
                + " step in turn on one random checkpoint of 100 M parameters; and loading against reading the files.")
final class ModelBenchCommand implements Callable<Integer> {
    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            description = "a Python with torch and transformers; without one only our own figures are printed")
    private @Nullable String python;

    @Option(names = "--rounds", description = "how often each takes its turn (default: ${DEFAULT-VALUE})")
    private int rounds = 2;

    @Option(names = "--no-loading", description = "leaves out loading, which writes 2 GB")
    private boolean noLoading;

    @Override
    public Integer call() throws IOException {
        new ModelBench(python, rounds, System.out).run(!noLoading);
        return 0;
    }
}
