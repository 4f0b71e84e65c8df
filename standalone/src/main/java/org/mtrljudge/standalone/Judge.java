package org.mtrljudge.standalone;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong usage or settings. */
@Command(
        name = "judge",
        description = "Trains one multimodal judge by multi-task reinforcement learning, over Kafka.",
        mixinStandardHelpOptions = true,
        version = "0.1.0",
        subcommands = {
            TrainCommand.class,
            SftCommand.class,
            InspectCommand.class,
            DataCommand.class,
            PretrainCommand.class,
            HelpCommand.class
        })
public final class Judge {
    private Judge() {}

    public static void main(final String[] args) {
        Logs.quiet();
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        final CommandLine line = new CommandLine(new Judge());
        line.getSubcommands().values().forEach(c -> c.getCommandSpec().mixinStandardHelpOptions(true));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("judge: " + Failures.explain(failure));
            return Failures.exitCode(failure);
        });
        return line;
    }
}
