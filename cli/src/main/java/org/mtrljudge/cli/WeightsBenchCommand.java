package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.mtrljudge.standalone.bench.WeightsBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "weights",
        description =
                "Measures how long 1 GB of weights takes from the memory of a learner to the memory of an actor, through the log."
                        + " Compares this with bare produce-then-consume of the same bytes on the same broker, and with saving and"
                        + " loading a checkpoint folder.")
final class WeightsBenchCommand implements Callable<Integer> {
    @Option(
            names = "--rounds",
            description = "number of rounds; each round measures both sides once (default: ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Override
    public Integer call() throws IOException {
        new WeightsBench(rounds, System.out).run();
        return 0;
    }
}
