package org.mtrljudge.reward.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.LogOffset;

/**
 * Joins the earlier scores of groups with their new scores, by prompt id. Both arrive in nearly the same order, and all partitions at
 * nearly the same pace, so the join keeps only a bounded number of unmatched groups per side.
 */
public final class Comparison {
    private static final int MOST_CHANGED = 10;
    private static final int MAX_WAITING = 5_000;

    /**
     * A completion whose reward changed much; at most one per group.
     *
     * @param rollouts where the group lies in the rollouts of the run
     * @param place the index of the completion in its group
     */
    public record Changed(
            String task,
            String promptId,
            LogOffset rollouts,
            int place,
            CompletionScore before,
            CompletionScore after) {
        double change() {
            return Math.abs(after.getTotal() - before.getTotal());
        }
    }

    private record Scores(String task, LogOffset rollouts, List<CompletionScore> scores) {
        static Scores of(final ScoredGroup group) {
            return new Scores(
                    group.getRollout().getPrompt().getTask(),
                    new LogOffset(
                            group.getRolloutPartition(),
                            group.getRolloutOffset() == null ? -1 : group.getRolloutOffset()),
                    group.getScores());
        }
    }

    private final Map<String, Scores> before = new LinkedHashMap<>();
    private final Map<String, Scores> after = new LinkedHashMap<>();
    private long forgotten;
    private final Map<String, TaskComparison> tasks = new TreeMap<>();
    private final PriorityQueue<Changed> mostChanged = new PriorityQueue<>(
            Comparator.comparingDouble(Changed::change).thenComparing(Changed::rollouts, Comparator.reverseOrder()));

    void before(final ScoredGroup group) {
        final String promptId = group.getRollout().getPrompt().getPromptId();
        final Scores other = after.remove(promptId);
        if (other != null) {
            join(promptId, Scores.of(group), other);
            return;
        }
        before.put(promptId, Scores.of(group));
        if (before.size() > MAX_WAITING) {
            removeEldest(before);
            forgotten++;
        }
    }

    void after(final ScoredGroup group) {
        final String promptId = group.getRollout().getPrompt().getPromptId();
        final Scores other = before.remove(promptId);
        if (other != null) {
            join(promptId, other, Scores.of(group));
            return;
        }
        after.put(promptId, Scores.of(group));
        if (after.size() > MAX_WAITING) {
            countNew(removeEldest(after));
        }
    }

    /**
     * The number of earlier scores that were forgotten before their new scores came, if those came at all. Such groups are counted as not
     * scored before.
     */
    public long forgotten() {
        return forgotten;
    }

    /** Ends the join. A new group without a match was not scored in the earlier run. */
    void finish() {
        after.values().forEach(this::countNew);
        after.clear();
        before.clear();
    }

    private static Scores removeEldest(final Map<String, Scores> waiting) {
        final var eldest = waiting.entrySet().iterator();
        final Scores scores = eldest.next().getValue();
        eldest.remove();
        return scores;
    }

    private void countNew(final Scores scores) {
        task(scores.task).addNew();
    }

    private TaskComparison task(final String name) {
        return tasks.computeIfAbsent(name, t -> new TaskComparison());
    }

    private void join(final String promptId, final Scores was, final Scores is) {
        if (was.scores.size() != is.scores.size()) {
            // the sizes differ, so these are two groups that used the same id
            countNew(is);
            return;
        }
        task(is.task).add(was.scores, is.scores);
        Changed most = null;
        for (int i = 0; i < is.scores.size(); i++) {
            final Changed one = new Changed(is.task, promptId, is.rollouts, i, was.scores.get(i), is.scores.get(i));
            most = most == null || one.change() > most.change() ? one : most;
        }
        remember(most);
    }

    private void remember(final @Nullable Changed changed) {
        if (changed != null && changed.change() > 0) {
            mostChanged.add(changed);
            if (mostChanged.size() > MOST_CHANGED) {
                mostChanged.remove();
            }
        }
    }

    public Map<String, TaskComparison> tasks() {
        return tasks;
    }

    /** The ten groups whose completions changed most; the largest change first. */
    public List<Changed> mostChanged() {
        final List<Changed> sorted = new ArrayList<>(mostChanged);
        sorted.sort(mostChanged.comparator().reversed());
        return sorted;
    }
}
