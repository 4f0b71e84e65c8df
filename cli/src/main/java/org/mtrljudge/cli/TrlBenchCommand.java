package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.bench.trl.TrlBench;
import org.mtrljudge.standalone.bench.trl.TrlPeer;
import org.mtrljudge.standalone.bench.trl.TrlPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "trl",
        description =
                "Compares TRL's GRPOTrainer with our loop through Kafka, one after the other, on the same checkpoint, prompts,"
                        + " group size, number of updates and completion length. Prints the seconds per step of each, and their ratio.")
final class TrlBenchCommand implements Callable<Integer> {
    @Option(
            names = "--python",
            required = true,
            paramLabel = "PROGRAM",
            description = "a Python program that has TRL; if it has not, the command says what to install")
    private String python = "";

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "the checkpoint folder that both start from (default: judge-tiny after a warm-up, which is made first)")
    private @Nullable String model;

    @Option(names = "--prompts", description = "prompts per step (default: ${DEFAULT-VALUE})")
    private int prompts = 32;

    @Option(names = "--completions", description = "completions per prompt (default: ${DEFAULT-VALUE})")
    private int completions = 8;

    @Option(names = "--updates", description = "optimizer updates per step (default: ${DEFAULT-VALUE})")
    private int updates = 2;

    @Option(names = "--max-tokens", description = "limit of a completion, in tokens (default: ${DEFAULT-VALUE})")
    private int maxTokens = 56;

    @Option(names = "--steps", description = "measured steps of each (default: ${DEFAULT-VALUE})")
    private int steps = 8;

    @Option(names = "--unmeasured", description = "steps of each before the measured ones (default: ${DEFAULT-VALUE})")
    private int unmeasured = 2;

    @Option(
            names = "--rows",
            description = "completions in one forward pass of TRL's trainer; it changes TRL's memory and speed,"
                    + " not its updates (default: ${DEFAULT-VALUE})")
    private int rows = 32;

    @Override
    public Integer call() throws IOException {
        final TrlPlan plan = new TrlPlan(model, prompts, completions, updates, maxTokens, steps, unmeasured, rows);
        System.out.print(new TrlBench(plan, new TrlPeer(python), System.out::println)
                .run()
                .text());
        return 0;
    }
}
