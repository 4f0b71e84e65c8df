package org.mtrljudge.standalone.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.mtrljudge.reward.python.FunctionSettings;
import org.mtrljudge.reward.python.PythonFunction;
import org.mtrljudge.reward.replay.Unscored;
import org.mtrljudge.reward.rule.OwnRewards;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.bench.PythonPeer;

/**
 * Compares a replay with a function in Python with a plain Python loop over the same function: in speed, and each score to the bit. Then the
 * same while a process of the function is killed every second, and with a function that hangs on one completion in a hundred.
 */
public final class FunctionBench {
    private static final String SCRIPT = "function_bench.py";
    private static final int LOOPED_GROUPS = 1250;
    private static final long HANG_MS = 500;
    private static final double HANGING = 0.01;

    private final Size size;
    private final double workMs;
    private final String python;
    private final PrintStream out;
    private final Topics topics = new Topics("bench", new LocalSchemaRegistry(), Replication.BROKERS_DEFAULT, 1);

    /** How much is scored, by how many processes. */
    public record Size(int groups, int completions, int workers) {}

    /**
     * @param workMs how long the function waits for each completion, in milliseconds
     * @param python a Python 3 program
     */
    public FunctionBench(final Size size, final double workMs, final String python, final PrintStream out) {
        this.size = size;
        this.workMs = workMs;
        this.python = python;
        this.out = out;
    }

    /** Runs the measurements and prints them. */
    public void run() throws IOException {
        final Path folder = Files.createTempDirectory("judge-bench");
        final RescoreGroups prepared = new RescoreGroups(size.completions);
        final Path script = PythonPeer.copied(SCRIPT, folder);
        try (PreparedLog log = new PreparedLog(folder, topics, prepared)) {
            log.fill(size.groups);
            final JsonNode loop = loop(prepared, folder, script);
            final double plain = loop.path("completions_per_second").asDouble();
            out.printf(Locale.ROOT, "plain Python loop: %.0f completions/s%n", plain);
            log.rescore("warm", Math.min(size.groups, 500), function(script, 0, 10_000));

            final double seconds = log.rescore("function", size.groups, function(script, 0, 10_000));
            report("replay", seconds, plain);
            compare(log, "function", loop);

            final AtomicInteger kills = new AtomicInteger();
            final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
            killer.scheduleAtFixedRate(() -> killOne(kills), 500, 1000, TimeUnit.MILLISECONDS);
            final double killed = log.rescore("killed", size.groups, function(script, 0, 10_000));
            killer.shutdownNow();
            report("replay with " + kills + " processes killed", killed, plain);
            compare(log, "killed", loop);
            hang(log, script, seconds);
        } finally {
            Folders.delete(folder);
        }
    }

    private RewardSet function(final Path script, final double hangs, final long timeoutMs) {
        final FunctionSettings settings = FunctionSettings.of(Map.of(
                "file",
                script.toString(),
                "name",
                "compute_score",
                "workers",
                size.workers,
                "timeout_ms",
                timeoutMs,
                "python",
                python,
                "kwargs",
                Map.of("work_ms", workMs, "hangs", hangs)));
        final PythonFunction function = new PythonFunction(settings, new ImageStore(script.resolveSibling("")));
        return OwnRewards.over(RewardSet.accuracyAndFormat(0), List.of(new OwnRewards.Own(function, List.of())));
    }

    private JsonNode loop(final RescoreGroups prepared, final Path folder, final Path script) throws IOException {
        final Path file = folder.resolve("completions.jsonl");
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int i = 0; i < Math.min(size.groups, LOOPED_GROUPS); i++) {
                final RolloutGroup group = prepared.group(i);
                for (final var completion : group.getCompletions()) {
                    lines.write(Mappers.JSON.writeValueAsString(Map.of(
                            "prompt_id", group.getPrompt().getPromptId(),
                            "task", group.getPrompt().getTask(),
                            "reference", group.getPrompt().getReference(),
                            "text", completion.getText())));
                    lines.newLine();
                }
            }
        }
        return PythonPeer.run(python, script, List.of(file.toString(), String.valueOf(workMs)));
    }

    private void report(final String what, final double seconds, final double plain) {
        final double ours = size.groups * size.completions / seconds;
        out.printf(
                Locale.ROOT,
                "%s, %d groups of %d, %d processes: %.1f s, %.0f completions/s: %.2f × the plain loop%n",
                what,
                size.groups,
                size.completions,
                size.workers,
                seconds,
                ours,
                ours / plain);
    }

    private Map<String, List<Double>> scores(final PreparedLog log, final String name) {
        final Map<String, List<Double>> scores = new HashMap<>();
        try (TopicScan<ScoredGroup> scan = log.broker().clients(topics).scan(topics.scored(name))) {
            while (!scan.done()) {
                for (final TopicScan.Entry<ScoredGroup> entry : scan.next()) {
                    final String promptId =
                            entry.value().getRollout().getPrompt().getPromptId();
                    if (scores.put(
                                    promptId,
                                    entry.value().getScores().stream()
                                            .map(CompletionScore::getTotal)
                                            .toList())
                            != null) {
                        throw new RunException(promptId + " was scored twice", null);
                    }
                }
            }
        }
        return scores;
    }

    private void compare(final PreparedLog log, final String name, final JsonNode loop) {
        final Map<String, List<Double>> scores = scores(log, name);
        int same = 0;
        final JsonNode right = loop.path("scores");
        for (int i = 0; i < right.size(); i++) {
            final List<Double> group = scores.getOrDefault(RescoreGroups.promptId(i / size.completions), List.of());
            final int place = i % size.completions;
            if (group.size() == size.completions
                    && group.get(place) == right.get(i).asDouble()) {
                same++;
            }
        }
        out.printf(
                Locale.ROOT,
                "  %d of %d groups scored, each once; %d of %d scores of the loop are the same to the bit%n",
                scores.size(),
                size.groups,
                same,
                right.size());
    }

    private static void killOne(final AtomicInteger kills) {
        ProcessHandle.current()
                .descendants()
                .filter(child -> child.info().commandLine().orElse("").contains("reward_worker.py"))
                .skip(kills.get() % 2)
                .findFirst()
                .ifPresent(child -> {
                    child.destroyForcibly();
                    kills.incrementAndGet();
                });
    }

    private void hang(final PreparedLog log, final Path script, final double whole) {
        final int groups = Math.max(1, size.groups / 40);
        final double seconds = log.rescore("hanging", groups, function(script, HANGING, HANG_MS));
        final Unscored unscored =
                log.replay("hanging", function(script, 0, HANG_MS)).compare().unscored();
        final Map<String, List<Double>> scores = scores(log, "hanging");
        final int retries = 2;
        final long hung = groups - scores.size();
        final double limitS = hung * (1 + retries) * HANG_MS / 1e3 + whole * groups / size.groups;
        out.printf(
                Locale.ROOT,
                "hangs on 1 %% of completions (limit %d ms, %d retries), %d groups: %.1f s; %d groups scored, %d left out %s;"
                        + " one process after the other would wait %.1f s%n",
                HANG_MS,
                retries,
                groups,
                seconds,
                scores.size(),
                unscored.count(),
                unscored.failures(),
                limitS);
    }
}
