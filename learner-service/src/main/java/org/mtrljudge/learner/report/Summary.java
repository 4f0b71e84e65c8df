package org.mtrljudge.learner.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Evaluation;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.service.ResidentMemory;
import org.mtrljudge.tasks.metrics.MacroF1;

/** The result of a run as {@code summary.json} and as a table. docs/summary.md documents the keys. */
public final class Summary {
    private final TrainingResult result;
    private final double wallSeconds;

    Summary(final TrainingResult result, final double wallSeconds) {
        this.result = result;
        this.wallSeconds = wallSeconds;
    }

    Map<String, Object> toMap() {
        final Map<String, Object> tasks = new LinkedHashMap<>();
        for (final String task : result.testedTasks()) {
            final Map<String, Object> scores = new LinkedHashMap<>();
            result.evaluations().forEach((stage, e) -> scores.put(stage.key(), e.score(task)));
            final Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("figure", last().figure(task));
            entry.put("score", scores);
            entry.put("samples", last().samples(task));
            entry.put("trained", result.trainedTasks().contains(task));
            tasks.put(task, entry);
        }
        final Map<String, Object> means = new LinkedHashMap<>();
        final Map<String, Object> formats = new LinkedHashMap<>();
        final Map<String, Object> lengths = new LinkedHashMap<>();
        result.evaluations().forEach((stage, e) -> {
            means.put(stage.key(), e.meanScore(result.trainedTasks()));
            formats.put(stage.key(), e.formatRate());
            lengths.put(stage.key(), e.meanResponseLength());
        });
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("tasks", tasks);
        map.put("mean_score", means);
        map.put("format_rate", last().formatRate());
        map.put("format_rate_by_stage", formats);
        map.put("response_length_by_stage", lengths);
        map.put("wall_seconds", wallSeconds);
        map.put("peak_rss_bytes", ResidentMemory.peakBytes());
        map.put("steps", result.steps());
        map.put("best_step", result.bestStep());
        map.put("warmup_steps", result.warmUpSteps());
        map.put("groups", groups());
        map.put("seconds_by_phase", result.secondsByPhase());
        map.put("rl", rl());
        return map;
    }

    /** The time of the RL phase without its validations. */
    private double rlSeconds() {
        return result.secondsByPhase().getOrDefault(Stage.RL.key(), 0.0)
                - result.rl().validateSeconds();
    }

    private Map<String, Object> groups() {
        final Map<String, Object> groups = new LinkedHashMap<>();
        groups.put("published", result.groups().published());
        groups.put("scored", result.groups().scored());
        groups.put("learned", result.groups().learned());
        groups.put("stale", result.groups().stale());
        groups.put("dead", result.groups().dead());
        return groups;
    }

    private Map<String, Object> rl() {
        final double seconds = rlSeconds();
        final Map<String, Object> rl = new LinkedHashMap<>();
        rl.put("generate_seconds", result.rl().generateSeconds());
        rl.put("score_seconds", result.rl().scoreSeconds());
        rl.put("learn_seconds", result.rl().learnSeconds());
        rl.put("wait_seconds", result.rl().waitSeconds());
        rl.put("validate_seconds", result.rl().validateSeconds());
        rl.put("generated_tokens", result.rl().generatedTokens());
        rl.put("tokens_per_second", seconds == 0 ? 0 : result.rl().generatedTokens() / seconds);
        rl.put("rollout_logprobs_diff_mean_max", result.rl().maxRolloutLogProbDifference());
        return rl;
    }

    private Evaluation last() {
        Evaluation last = null;
        for (final Evaluation evaluation : result.evaluations().values()) {
            last = evaluation;
        }
        if (last == null) {
            throw new IllegalStateException("the run has no test results, but every run has to test at least once");
        }
        return last;
    }

    String toTable() {
        final List<Stage> stages = new ArrayList<>(result.evaluations().keySet());
        final StringBuilder table = new StringBuilder("\n" + heading() + " on the held-out test, %\n");
        table.append(String.format("  %-16s %8s", "task", "samples"));
        stages.forEach(stage -> table.append(String.format("%16s", title(stage))));
        table.append('\n');
        for (final String task : result.testedTasks()) {
            final String mark = result.trainedTasks().contains(task) ? "" : " *";
            table.append(String.format("  %-16s %8d", task + mark, last().samples(task)));
            stages.forEach(stage -> table.append(cell(evaluation(stage).score(task))));
            table.append(isMacroF1(task) ? "\n" : "  " + last().figure(task) + "\n");
        }
        table.append(String.format("  %-16s %8s", "mean of trained", ""));
        stages.forEach(stage -> table.append(cell(evaluation(stage).meanScore(result.trainedTasks()))));
        table.append(String.format("%n  %-16s %8s", "format rate", ""));
        stages.forEach(stage -> table.append(cell(100 * evaluation(stage).formatRate())));
        table.append(result.trainedTasks().containsAll(result.testedTasks()) ? "\n\n" : "\n  * never trained on\n\n");
        return table.append(times()).toString();
    }

    private String heading() {
        return result.testedTasks().stream().allMatch(this::isMacroF1) ? "Macro-F1" : "Macro-F1, or the figure named";
    }

    private boolean isMacroF1(final String task) {
        final String figure = last().figure(task);
        return figure == null || figure.equals(MacroF1.NAME);
    }

    private Evaluation evaluation(final Stage stage) {
        return Objects.requireNonNull(result.evaluations().get(stage));
    }

    private static String title(final Stage stage) {
        return switch (stage) {
            case START -> "off the shelf";
            case WARMUP -> "after warm-up";
            case RL -> "after RL";
        };
    }

    private static String cell(final @Nullable Double value) {
        return value == null ? String.format("%16s", "–") : String.format(Locale.ROOT, "%16.1f", value);
    }

    private String times() {
        final double rl = rlSeconds();
        final StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d steps, %d groups published = %d scored = %d learned + %d stale + %d dead%n",
                result.steps(),
                result.groups().published(),
                result.groups().scored(),
                result.groups().learned(),
                result.groups().stale(),
                result.groups().dead()));
        if (rl > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "RL took %.0f s at %.0f tokens/s: the actors generated for %.0f s, the rewards took %.1f s, "
                            + "the learner learned for %.0f s and waited for %.0f s; "
                            + "validation took %.0f s; the best policy is from step %d%n",
                    rl,
                    result.rl().generatedTokens() / rl,
                    result.rl().generateSeconds(),
                    result.rl().scoreSeconds(),
                    result.rl().learnSeconds(),
                    result.rl().waitSeconds(),
                    result.rl().validateSeconds(),
                    result.bestStep()));
        }
        text.append(String.format(
                Locale.ROOT,
                "in total %.0f s, at most %d MB of resident memory%n",
                wallSeconds,
                ResidentMemory.peakBytes() >> 20));
        return text.toString();
    }
}
