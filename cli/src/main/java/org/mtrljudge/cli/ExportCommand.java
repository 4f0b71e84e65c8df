package org.mtrljudge.cli;

import picocli.CommandLine.Command;

@Command(
        name = "export",
        description = "Writes what lies in the log of a run for other tools.",
        subcommands = ExportRolloutsCommand.class)
final class ExportCommand {
    private ExportCommand() {}
}
