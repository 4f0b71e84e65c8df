package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.mtrljudge.standalone.bench.LearnerBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "learner",
        description =
                "Compares the learner through Kafka with the same forward pass, backward pass and update in a bare loop. Prompts are"
                        + " answered at once with prepared groups, so that only the learner is measured.")
final class LearnerBenchCommand implements Callable<Integer> {
    @Option(names = "--steps", description = "measured steps of each side (default: ${DEFAULT-VALUE})")
    private int steps = 40;

    @Override
    public Integer call() throws IOException {
        new LearnerBench(steps, System.out).run();
        return 0;
    }
}
