package org.mtrljudge.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Option;

/** The model of a command that uses one without training it. */
final class ModelOption {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "short for --set model=…: a preset, or the folder of a checkpoint or of an adapter")
    private @Nullable String model;

    /** The settings of the user, with this model. */
    RunSettings settings(final RunOptions options) {
        return options.settings(null, model == null ? List.of() : List.of("model=" + model));
    }
}
