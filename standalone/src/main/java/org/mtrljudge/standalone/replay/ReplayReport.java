package org.mtrljudge.standalone.replay;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.replay.Comparison;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.TaskComparison;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.topic.LogOffset;

/** The changes from a replay, as a table and as JSON. {@link ReplayPage} shows them as a page. */
public final class ReplayReport {
    /**
     * A completion whose reward changed much, with its prompt and its text.
     *
     * @param images encoded pictures; empty when they are no longer available
     */
    record Case(Comparison.Changed changed, PromptRequest prompt, String text, List<byte[]> images) {}

    private final String name;
    private final RewardSet set;
    private final List<Long> endOffsets;
    private final Replay.Outcome outcome;
    private final List<Case> cases = new ArrayList<>();

    /** @param dataRoot the folder of images by reference */
    ReplayReport(
            final String name,
            final RewardSet set,
            final Path dataRoot,
            final List<Long> endOffsets,
            final Replay.Outcome outcome,
            final Replay replay) {
        this.name = name;
        this.set = set;
        this.endOffsets = endOffsets;
        this.outcome = outcome;
        final List<Comparison.Changed> most = outcome.comparison().mostChanged();
        final Map<LogOffset, RolloutGroup> rollouts =
                replay.rollouts(most.stream().map(Comparison.Changed::rollouts).toList());
        final ImageStore images = new ImageStore(dataRoot);
        for (final Comparison.Changed changed : most) {
            final RolloutGroup group = rollouts.get(changed.rollouts());
            if (group != null) {
                cases.add(new Case(
                        changed,
                        group.getPrompt(),
                        group.getCompletions().get(changed.place()).getText(),
                        pictures(group.getPrompt(), images)));
            }
        }
    }

    private static List<byte[]> pictures(final PromptRequest prompt, final ImageStore images) {
        final List<byte[]> pictures = new ArrayList<>();
        for (final ImageRef image : prompt.getImages()) {
            try {
                pictures.add(images.read(image));
            } catch (final IllegalArgumentException | UncheckedIOException e) {
                System.err.println("a picture of " + prompt.getPromptId() + " is left out: " + e.getMessage());
            }
        }
        return pictures;
    }

    String title() {
        return name + ": reward set " + set.name() + " version " + set.version();
    }

    Map<String, TaskComparison> tasks() {
        return outcome.comparison().tasks();
    }

    /** What the answers of graders say of each other; empty where they were asked once. */
    RepeatedAnswers repeated() {
        return new RepeatedAnswers(outcome.repeatability());
    }

    List<Case> cases() {
        return cases;
    }

    long deadLetters() {
        return outcome.unscored().count();
    }

    /** How many groups have no scores, and why; empty where all have. */
    String unscored() {
        final Map<String, Integer> failures = outcome.unscored().failures();
        final String reasons = failures.entrySet().stream()
                .map(failure -> failure.getKey() + " " + failure.getValue())
                .collect(Collectors.joining(", "));
        return deadLetters() == 0
                ? ""
                : deadLetters() + " groups could not be scored: dead letters"
                        + (failures.isEmpty()
                                ? ""
                                : " (failed scores: " + reasons + "; --only-failed scores them again)");
    }

    Map<String, Object> toMap() {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("reward_set", set.name());
        map.put("reward_set_version", set.version());
        map.put("end_offsets", endOffsets);
        map.put("dead_letters", deadLetters());
        map.put("measurements", set.measurements());
        map.put("failed_scores", outcome.unscored().failures());
        final Map<String, Object> byTask = new LinkedHashMap<>();
        tasks().forEach((task, c) -> byTask.put(task, toMap(c)));
        map.put("tasks", byTask);
        if (!repeated().isEmpty()) {
            map.put("samples", set.samples());
            map.put("repeated_answers", repeated().toMap());
        }
        map.put("most_changed", cases.stream().map(ReplayReport::toMap).toList());
        return map;
    }

    private static Map<String, Object> toMap(final TaskComparison task) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("groups", task.groups());
        map.put("groups_not_scored_before", task.newGroups());
        map.put("completions", task.completions());
        map.put("mean_reward_before", finite(task.meanBefore()));
        map.put("mean_reward_after", finite(task.meanAfter()));
        map.put("completions_changed", task.changed());
        map.put("advantage_sign_flips", task.flipped());
        map.put("rank_correlation", finite(task.rewards().rankCorrelation()));
        return map;
    }

    private static Map<String, Object> toMap(final Case one) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("task", one.changed.task());
        map.put("prompt_id", one.changed.promptId());
        map.put("rollout_partition", one.changed.rollouts().partition());
        map.put("rollout_offset", one.changed.rollouts().offset());
        map.put("completion", one.changed.place());
        map.put("before", one.changed.before().getTotal());
        map.put("after", one.changed.after().getTotal());
        map.put("components", one.changed.after().getComponents());
        map.put("prompt", one.prompt.getText());
        map.put("label", one.prompt.getReference());
        map.put("text", one.text);
        return map;
    }

    /** JSON has no NaN, so a missing value is null. */
    static @Nullable Double finite(final double value) {
        return Double.isFinite(value) ? value : null;
    }

    public String toTable() {
        final StringBuilder table = new StringBuilder("\n" + title() + "\n");
        table.append(String.format(
                "  %-16s %8s %12s %14s %13s %10s %12s%n",
                "task", "groups", "completions", "mean reward", "changed", "flipped", "rank corr."));
        tasks().forEach((task, c) -> table.append(String.format(
                Locale.ROOT,
                "  %-16s %8d %12d %5s → %6s %7d %4.0f%% %10d %12s%s%n",
                task,
                c.groups(),
                c.completions(),
                number(c.meanBefore()),
                number(c.meanAfter()),
                c.changed(),
                c.completions() == 0 ? 0 : 100.0 * c.changed() / c.completions(),
                c.flipped(),
                number(c.rewards().rankCorrelation()),
                c.newGroups() == 0 ? "" : "  + " + c.newGroups() + " groups not scored before")));
        if (tasks().isEmpty()) {
            table.append("  no rollouts match --since, --versions and --tasks\n");
        }
        if (outcome.comparison().forgotten() > 0) {
            table.append(
                    "  up to " + outcome.comparison().forgotten()
                            + " groups were too far from their earlier scores to be compared, and count as not scored before\n");
        }
        if (!repeated().isEmpty()) {
            table.append('\n').append(repeated().toTable());
        }
        if (!set.measurements().isEmpty()) {
            table.append("  " + String.join(", ", set.measurements())
                    + " measures: another replay asks again, and may give other scores\n");
        }
        return table.append(deadLetters() == 0 ? "" : "  " + unscored() + "\n")
                .append('\n')
                .toString();
    }

    /** The value with three digits; a dash for a missing value. */
    static String number(final double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "–";
    }
}
