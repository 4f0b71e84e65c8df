package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.bench.ModelBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "model",
        description =
                "Compares the model with the reference implementation (torch, transformers): generation and a training"
                        + " step on the same random checkpoint of 100 M parameters. Also compares loading a checkpoint with reading its files.")
final class ModelBenchCommand implements Callable<Integer> {
    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            description =
                    "a Python program that has torch and transformers; without this option, only our own figures are printed")
    private @Nullable String python;

    @Option(
            names = "--rounds",
            description = "number of rounds; each round measures both sides once (default: ${DEFAULT-VALUE})")
    private int rounds = 2;

    @Option(names = "--no-loading", description = "does not measure loading, which writes 2 GB to the disk")
    private boolean noLoading;

    @Option(
            names = "--experts",
            description = "a mixture of 64 experts per layer, of which a token uses 8, instead of the dense checkpoint")
    private boolean experts;

    @Override
    public Integer call() throws IOException {
        new ModelBench(python, rounds, System.out).run(!noLoading, experts);
        return 0;
    }
}
