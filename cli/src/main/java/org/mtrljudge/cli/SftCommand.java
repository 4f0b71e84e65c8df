package org.mtrljudge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.run.Origin;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunExecution;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "sft", description = "Supervised fine-tuning on demonstrations only, then the test.")
final class SftCommand implements Callable<Integer> {
    /** The settings of training have no warm-up by default. */
    private static final String USUAL_STEPS = "sft.steps=160";

    private static final double SPARE = 1.2;
    /** A supervised step generates nothing, so it takes at least this share of an RL step. */
    private static final double SHARE_OF_RL_STEP = 0.2;

    private static final int VALIDATIONS = 6;

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--beside",
            paramLabel = "RUN",
            description =
                    "trains the control of this training run: it starts where the run's RL started, has the run's settings, and"
                            + " trains for as many seconds as the run's RL phase took")
    private @Nullable String beside;

    @Override
    public Integer call() {
        if (beside == null) {
            final RunSettings settings = options.settings(null, List.of("trainer.total_steps=0", USUAL_STEPS));
            run(settings, "sft");
            return 0;
        }
        final Path trained = RunDirectory.open(options.runs(), beside).path();
        final RunSettings settings = options.settings(trained.resolve("settings.yaml"), control(trained));
        run(settings, "sft-beside-" + beside);
        return 0;
    }

    private void run(final RunSettings settings, final String name) {
        final RunExecution execution = new RunExecution(settings, null);
        TrainingOutput.train(execution, execution.create(options.runs(), options.runName(name), Origin.NEW));
    }

    /**
     * The settings of the control run. The time limit ends it; the number of steps is an estimate for that time with some reserve. Like RL,
     * it keeps the policy that is best on validation.
     */
    private static List<String> control(final Path trained) {
        final JsonNode summary = summary(trained.resolve("summary.json"));
        final double seconds = summary.at("/seconds_by_phase/rl").asDouble();
        final int warmUpSteps = summary.at("/warmup_steps").asInt();
        final double secondsPerStep = warmUpSteps > 0
                ? summary.at("/seconds_by_phase/warmup").asDouble() / warmUpSteps
                : SHARE_OF_RL_STEP * seconds / summary.at("/steps").asInt();
        final long steps = Math.round(SPARE * seconds / secondsPerStep);
        final List<String> control = new ArrayList<>(List.of(
                "trainer.total_steps=0",
                "sft.steps=" + steps,
                "sft.val_freq=" + Math.max(1, steps / VALIDATIONS),
                "sft.max_seconds=" + Math.round(seconds)));
        if (warmUpSteps > 0) {
            control.add("model=" + trained.resolve("checkpoints").resolve(Stage.WARMUP.key()));
        }
        return control;
    }

    private static JsonNode summary(final Path file) {
        try {
            final JsonNode summary = Mappers.JSON.readTree(Files.readAllBytes(file));
            if (summary.at("/seconds_by_phase/rl").asDouble() <= 0
                    || summary.path("steps").asInt() <= 0) {
                throw new UsageException(file + " has no RL phase: --beside needs a run of ./judge train");
            }
            return summary;
        } catch (final IOException e) {
            throw new UsageException(file + " cannot be read: --beside needs a run that has finished");
        }
    }
}
