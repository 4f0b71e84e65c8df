package org.mtrljudge.standalone;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "weights",
        description =
                "1 GB of weights from a learner's memory to an actor's, through the log: against a bare produce-then-consume"
                        + " of the same bytes on the same broker, and against saving and loading a checkpoint folder.")
final class WeightsBenchCommand implements Callable<Integer> {
    @Option(names = "--rounds", description = "how often each takes its turn (default: ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Override
    public Integer call() throws IOException {
        new WeightsBench(rounds, System.out).run();
        return 0;
    }
}
