package org.mtrljudge.standalone.bench.trl;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.bench.PythonPeer;

/** Runs TRL in the benchmark, {@code trl_peer.py}, in the Python of the user. */
public final class TrlPeer {
    private static final String SCRIPT = "trl_peer.py";

    /** The reward in {@link #SCRIPT} uses the parser of this script. */
    private static final String PARSER = "rescore_bench.py";

    private static final List<String> NEEDED =
            List.of("trl", "transformers", "torch", "torchvision", "accelerate", "datasets", "pillow", "jinja2");

    /** The tested versions. */
    private static final String INSTALL = "trl==1.16.0 transformers==5.24.0 torch==2.7.1 torchvision==0.22.1"
            + " accelerate==1.15.0 datasets==5.2.0 pillow==13.0.0 jinja2==3.1.6";

    private final String python;

    public TrlPeer(final String python) {
        this.python = python;
    }

    /**
     * Looks for TRL and the packages that it needs.
     *
     * @param folder the folder to which the scripts are written
     * @return the versions, for example {@code TRL 1.16.0, transformers 5.24.0, torch 2.7.1}
     * @throws UsageException when the program does not run or a package is missing; the message says what to install
     */
    String versions(final Path folder) throws IOException {
        for (final String name : List.of(SCRIPT, PARSER)) {
            PythonPeer.copied(name, folder);
        }
        final List<String> arguments = new ArrayList<>(List.of("versions"));
        arguments.addAll(NEEDED);
        final JsonNode found;
        try {
            found = PythonPeer.run(python, folder.resolve(SCRIPT), arguments);
        } catch (final IOException e) {
            throw new UsageException("--python " + python + " is not a Python program that runs: " + e.getMessage());
        }
        return versions(python, found);
    }

    static String versions(final String python, final JsonNode found) {
        final String missing =
                NEEDED.stream().filter(name -> !found.hasNonNull(name)).collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new UsageException("--python " + python + " lacks " + missing + ": install the tested versions with "
                    + python + " -m pip install " + INSTALL);
        }
        return "TRL " + found.get("trl").asText() + ", transformers "
                + found.get("transformers").asText() + ", torch "
                + found.get("torch").asText();
    }

    /** Trains and returns the steps in order. */
    List<TrlStep> train(final TrlPlan plan, final String checkpoint, final Path prompts) throws IOException {
        final Path folder = prompts.resolveSibling("trl");
        final Path file = prompts.resolveSibling("plan.json");
        Mappers.JSON.writeValue(
                file.toFile(),
                Map.ofEntries(
                        Map.entry("checkpoint", checkpoint),
                        Map.entry("prompts", prompts.toString()),
                        Map.entry("folder", folder.toString()),
                        Map.entry("prompts_per_step", plan.prompts()),
                        Map.entry("completions", plan.completions()),
                        Map.entry("updates", plan.updates()),
                        Map.entry("rows", plan.rows()),
                        Map.entry("max_tokens", plan.maxTokens()),
                        Map.entry("steps", plan.trlSteps()),
                        Map.entry("learning_rate", TrlPlan.LEARNING_RATE),
                        Map.entry("temperature", TrlPlan.TEMPERATURE)));
        return steps(
                PythonPeer.lines(python, prompts.resolveSibling(SCRIPT), List.of("train", file.toString())),
                plan.trlSteps());
    }

    /** @throws RunException when there are fewer steps than the plan has */
    static List<TrlStep> steps(final List<JsonNode> lines, final int wanted) {
        if (lines.size() != wanted) {
            throw new RunException(
                    SCRIPT + " reported " + lines.size() + " steps, but " + wanted + " were requested", null);
        }
        return lines.stream().map(TrlStep::of).toList();
    }
}
