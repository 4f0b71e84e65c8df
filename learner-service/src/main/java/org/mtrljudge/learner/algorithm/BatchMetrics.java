package org.mtrljudge.learner.algorithm;

import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.VersionSpan;

/** The metrics of a batch of scored groups, under the names that verl and EasyR1 use. */
public final class BatchMetrics {
    private final DoubleSummaryStatistics rewards = new DoubleSummaryStatistics();
    private final DoubleSummaryStatistics advantages = new DoubleSummaryStatistics();
    private final DoubleSummaryStatistics lengths = new DoubleSummaryStatistics();
    private final DoubleSummaryStatistics promptLengths = new DoubleSummaryStatistics();
    private final DoubleSummaryStatistics staleness = new DoubleSummaryStatistics();
    private final Map<String, DoubleSummaryStatistics> components = new TreeMap<>();
    private final Map<String, DoubleSummaryStatistics> taskAccuracy = new LinkedHashMap<>();
    private int cut;
    private long newer;
    private int zeroSpread;
    private double generateMs;
    private double scoreMs;

    private BatchMetrics() {}

    public static Map<String, Double> of(final List<ScoredGroup> batch, final int currentVersion) {
        final BatchMetrics sums = new BatchMetrics();
        batch.forEach(group -> sums.add(group, currentVersion));
        return sums.metrics(batch.size());
    }

    private void add(final ScoredGroup group, final int currentVersion) {
        final var rollout = group.getRollout();
        staleness.accept(currentVersion - rollout.getPolicyVersion());
        // rollouts of earlier builds do not contain this number
        if (rollout.getPromptTokens() != null) {
            promptLengths.accept(rollout.getPromptTokens());
        }
        zeroSpread += group.getZeroSpread() ? 1 : 0;
        generateMs += rollout.getGenerateMs();
        scoreMs += group.getScoreMs();
        for (final CompletionScore score : group.getScores()) {
            rewards.accept(score.getTotal());
            advantages.accept(score.getAdvantage());
            score.getComponents()
                    .forEach((name, value) -> components
                            .computeIfAbsent(name, n -> new DoubleSummaryStatistics())
                            .accept(value));
            taskAccuracy
                    .computeIfAbsent(rollout.getPrompt().getTask(), t -> new DoubleSummaryStatistics())
                    .accept(score.getComponents().getOrDefault("accuracy", 0.0));
        }
        for (final Completion completion : rollout.getCompletions()) {
            lengths.accept(completion.getTokens().remaining() / (double) Integer.BYTES);
            newer += newerTokens(completion, rollout.getPolicyVersion());
            cut += completion.getFinishReason() == FinishReason.LENGTH ? 1 : 0;
        }
    }

    /** The number of tokens that were sampled by a newer policy than the policy version of the group. */
    private static long newerTokens(final Completion completion, final int version) {
        return completion.getVersions() == null
                ? 0
                : completion.getVersions().stream()
                        .filter(span -> span.getPolicyVersion() > version)
                        .mapToLong(VersionSpan::getTokens)
                        .sum();
    }

    private Map<String, Double> metrics(final int groups) {
        final Map<String, Double> metrics = new TreeMap<>();
        putAll(metrics, "critic/rewards", rewards);
        putAll(metrics, "critic/advantages", advantages);
        putAll(metrics, "response_length", lengths);
        if (promptLengths.getCount() > 0) {
            putAll(metrics, "prompt_length", promptLengths);
        }
        metrics.put("response_length/clip_ratio", (double) cut / Math.max(1, lengths.getCount()));
        metrics.put("rollout/in_flight_frac", newer / Math.max(1, lengths.getSum()));
        metrics.put("staleness/mean", staleness.getAverage());
        metrics.put("staleness/max", staleness.getMax());
        metrics.put("frac_reward_zero_std", (double) zeroSpread / Math.max(1, groups));
        metrics.put("reward/overall", rewards.getAverage());
        components.forEach((name, values) -> metrics.put("reward/" + name, values.getAverage()));
        taskAccuracy.forEach((task, values) -> metrics.put("reward/accuracy/" + task, values.getAverage()));
        metrics.put("timing_s/gen", generateMs / 1000);
        metrics.put("timing_s/reward", scoreMs / 1000);
        metrics.put("perf/total_num_tokens", lengths.getSum());
        return metrics;
    }

    private static void putAll(
            final Map<String, Double> metrics, final String name, final DoubleSummaryStatistics values) {
        metrics.put(name + "/mean", values.getAverage());
        metrics.put(name + "/max", values.getMax());
        metrics.put(name + "/min", values.getMin());
    }
}
