package org.mtrljudge.cli;

import picocli.CommandLine.Command;

@Command(
        name = "import",
        description = "Makes a run of what other tools wrote.",
        subcommands = ImportRolloutsCommand.class)
final class ImportCommand {
    private ImportCommand() {}
}
