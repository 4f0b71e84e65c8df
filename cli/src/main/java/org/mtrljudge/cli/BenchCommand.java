package org.mtrljudge.cli;

import picocli.CommandLine.Command;

@Command(
        name = "bench",
        description = "Measures speed as ratios within one run.",
        subcommands = {
            LearnerBenchCommand.class,
            ModelBenchCommand.class,
            GroupBenchCommand.class,
            RescoreBenchCommand.class,
            FunctionBenchCommand.class,
            RecoveryBenchCommand.class,
            WeightsBenchCommand.class,
            AsyncBenchCommand.class,
            DataBenchCommand.class,
            TrlBenchCommand.class
        })
final class BenchCommand {
    private BenchCommand() {}
}
