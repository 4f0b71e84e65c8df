package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.bench.GroupBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "groups",
        description =
                "Measures groups of real lengths on a random checkpoint of 100 M parameters: training steps of 4, 8"
                        + " and 16 completions of a prompt, and generation, also of completions that end at very different tokens."
                        + " Needs 24 GB of memory.")
final class GroupBenchCommand implements Callable<Integer> {
    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            description = "a Python program that has torch and transformers, to compare with")
    private @Nullable String python;

    @Option(names = "--vllm", paramLabel = "PROGRAM", description = "a Python program that has vLLM, to compare with")
    private @Nullable String vllm;

    @Override
    public Integer call() throws IOException {
        new GroupBench(python, vllm, System.out).run();
        return 0;
    }
}
