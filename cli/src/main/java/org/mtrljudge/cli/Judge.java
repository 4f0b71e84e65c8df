package org.mtrljudge.cli;

import org.apache.kafka.common.utils.Exit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line. Exit codes: 0 success, 1 failure, 2 wrong usage or settings. */
@Command(
        name = "judge",
        description = "Trains one multimodal judge by multi-task reinforcement learning, over Kafka.",
        mixinStandardHelpOptions = true,
        version = "0.1.0",
        subcommands = {
            TrainCommand.class,
            SftCommand.class,
            EvalCommand.class,
            ScoreCommand.class,
            ServeCommand.class,
            ReplayCommand.class,
            InspectCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            ExperimentCommand.class,
            AuditCommand.class,
            ActorCommand.class,
            DataCommand.class,
            BenchCommand.class,
            PretrainCommand.class,
            ModelCommand.class,
            HelpCommand.class
        })
public final class Judge {
    private Judge() {}

    public static void main(final String[] args) {
        // the embedded broker ends the process when its disk fails; this prints the reason first
        Exit.setHaltProcedure((code, message) -> {
            System.err.println("judge: the broker stopped" + (message == null ? "" : " (" + message + ")")
                    + ": is the disk full? See judge.log in the run's folder");
            Runtime.getRuntime().halt(1);
        });
        System.exit(execute(args));
    }

    /** Runs one command in this JVM and returns its exit code. */
    public static int execute(final String... args) {
        return commandLine().execute(args);
    }

    private static void withHelp(final CommandLine line) {
        for (final CommandLine sub : line.getSubcommands().values()) {
            sub.getCommandSpec().mixinStandardHelpOptions(true);
            withHelp(sub);
        }
    }

    private static CommandLine commandLine() {
        final CommandLine line = new CommandLine(new Judge());
        withHelp(line);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("judge: " + Failures.explain(failure));
            return Failures.exitCode(failure);
        });
        return line;
    }
}
