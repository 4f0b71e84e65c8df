package org.mtrljudge.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.mtrljudge.standalone.bench.JudgeChild;
import org.mtrljudge.standalone.bench.RecoveryBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "recovery",
        description = "Kills a run with SIGKILL and measures how long it takes from --resume to its first new step.")
final class RecoveryBenchCommand implements Callable<Integer> {
    @Option(names = "--kills", description = "number of kills (default: ${DEFAULT-VALUE})")
    private int kills = 5;

    @Override
    public Integer call() throws IOException {
        new RecoveryBench(new JudgeChild.Launcher(Judge.class), System.out).run(kills);
        return 0;
    }
}
