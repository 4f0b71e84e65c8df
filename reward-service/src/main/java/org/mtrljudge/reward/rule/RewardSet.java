package org.mtrljudge.reward.rule;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.BuiltIn;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.grader.Repeated;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.LabelVerifier;

/**
 * The rewards for the completions of a run, per task.
 *
 * @param name the name, which is written into every scored group
 * @param version the version, which is raised when the meaning of the set changes
 * @param defaults the reward of tasks without an entry; null when groups of such tasks become dead letters
 */
public record RewardSet(
        String name,
        int version,
        Map<String, TaskReward> tasks,
        @Nullable TaskReward defaults) {

    public RewardSet {
        tasks = Map.copyOf(tasks);
    }

    /** R = (1 − α) · accuracy + α · format for every task (the reward in the paper). */
    public static RewardSet accuracyAndFormat(final double alpha) {
        Check.range("reward.format_weight", alpha, 0, 1);
        final LabelVerifier label = new LabelVerifier();
        final Combination combination =
                new Combination.Weighted(Map.of("accuracy", 1 - alpha, "format", alpha), label.components());
        return new RewardSet(
                "accuracy-format", 1, Map.of(), new TaskReward(new BuiltIn(label), Map.of(), 1, null, combination));
    }

    /** @param other gives another grader for one, or the same; it is called once for each */
    public RewardSet with(final UnaryOperator<Grader> other) {
        final Map<Grader, Grader> others = new IdentityHashMap<>();
        graders().forEach(grader -> others.put(grader, other.apply(grader)));
        final UnaryOperator<TaskReward> changed = reward -> new TaskReward(
                Objects.requireNonNull(others.get(reward.grader())),
                reward.components(),
                reward.orders(),
                reward.comparative(),
                reward.combination());
        final Map<String, TaskReward> changedTasks = new HashMap<>();
        tasks.forEach((task, reward) -> changedTasks.put(task, changed.apply(reward)));
        return new RewardSet(name, version, changedTasks, defaults == null ? null : changed.apply(defaults));
    }

    /** Whether the reward of any task has this grader. */
    public boolean uses(final Grader grader) {
        return hasGrader(grader::equals);
    }

    /** Whether the reward of any task has such a grader. */
    public boolean hasGrader(final Predicate<Grader> such) {
        return graders().anyMatch(such);
    }

    /** The largest number of groups that the reward of a task needs together. */
    public int maxOrders() {
        return rewards().mapToInt(TaskReward::orders).max().orElse(1);
    }

    /** Whether the reward of any task compares groups. */
    public boolean comparesGroups() {
        return rewards().anyMatch(reward -> reward.comparative() != null);
    }

    /** The time limit of one call of the slowest grader, in milliseconds; 0 where all are built in. */
    public long callLimitMs() {
        return graders().mapToLong(grader -> grader.terms().callLimitMs()).max().orElse(0);
    }

    /** The number of groups that are graded at the same time; see {@link Grader.Terms#groupsAtOnce}. */
    public int groupsAtOnce(final int groupSize) {
        return graders()
                .mapToInt(grader -> grader.terms().groupsAtOnce(groupSize))
                .max()
                .orElse(0);
    }

    /** How often each completion is graded: more than once by {@link Repeated}. */
    public int samples() {
        return graders()
                .mapToInt(grader -> grader instanceof Repeated repeated ? repeated.samples() : 1)
                .max()
                .orElse(1);
    }

    /** The names of the graders that are measurements: a replay may give other scores. */
    public List<String> measurements() {
        return graders()
                .map(Grader::terms)
                .filter(Grader.Terms::measures)
                .map(Grader.Terms::name)
                .sorted()
                .toList();
    }

    /** Graders that are ready. */
    public interface Opened extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Prepares all graders.
     *
     * @return ends what was begun for them
     * @throws org.mtrljudge.settings.UsageException when one could grade no completion; the message says what to correct
     */
    public Opened open() {
        try {
            graders().forEach(Grader::open);
        } catch (final RuntimeException e) {
            graders().forEach(Grader::close);
            throw e;
        }
        return () -> graders().forEach(Grader::close);
    }

    private Stream<Grader> graders() {
        return rewards().map(TaskReward::grader).distinct();
    }

    private Stream<TaskReward> rewards() {
        return Stream.concat(tasks.values().stream(), Stream.ofNullable(defaults));
    }

    /** @throws IllegalArgumentException when the set has no reward for the task */
    public TaskReward of(final String task) {
        final TaskReward own = tasks.get(task);
        if (own != null) {
            return own;
        }
        if (defaults == null) {
            throw new IllegalArgumentException("the reward set '" + name + "' knows no task '" + task + "', only "
                    + tasks.keySet().stream().sorted().toList());
        }
        return defaults;
    }
}
