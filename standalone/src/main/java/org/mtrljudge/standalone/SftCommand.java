package org.mtrljudge.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "sft", description = "Supervised fine-tuning on demonstrations alone, then the test.")
final class SftCommand implements Callable<Integer> {
    private static final int NO_STEP_LIMIT = 1_000_000;

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--beside",
            paramLabel = "RUN",
            description =
                    "the control of a training run: from its warm-up checkpoint, with its settings, as many seconds as its"
                            + " RL phase took")
    private @Nullable String beside;

    @Override
    public Integer call() {
        if (beside == null) {
            final RunSettings settings = options.settings(null, List.of("trainer.total_steps=0"));
            new RunExecution(settings, options.runs(), options.runName("sft")).run();
            return 0;
        }
        final Path trained = RunDirectory.open(options.runs(), beside).path();
        final List<String> control = List.of(
                "trainer.total_steps=0",
                "model=" + trained.resolve("checkpoints").resolve("warmup"),
                "sft.steps=" + NO_STEP_LIMIT,
                "sft.max_seconds=" + Math.round(rlSeconds(trained.resolve("summary.json"))));
        final RunSettings settings = options.settings(trained.resolve("settings.yaml"), control);
        new RunExecution(settings, options.runs(), options.runName("sft-beside-" + beside)).run();
        return 0;
    }

    private static double rlSeconds(final Path summary) {
        try {
            final JsonNode seconds =
                    new ObjectMapper().readTree(Files.readAllBytes(summary)).path("seconds_by_phase");
            if (!seconds.has("rl")) {
                throw new UsageException(summary + " tells of no RL phase to stand beside");
            }
            return seconds.get("rl").asDouble();
        } catch (final IOException e) {
            throw new UsageException("the run to stand beside has no readable " + summary + ": did it finish?");
        }
    }
}
