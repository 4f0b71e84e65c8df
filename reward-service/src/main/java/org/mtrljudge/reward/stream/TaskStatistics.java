package org.mtrljudge.reward.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.settings.io.Mappers;

/**
 * Statistics of the groups of one task that were scored in one minute of record time; kept for one hour.
 *
 * @param zeroSpread the number of groups whose completions all have the same reward
 * @param rewardSum the sum of rewards over completions
 * @param componentSums the sums over completions, by component
 */
public record TaskStatistics(
        long groups,
        long completions,
        long zeroSpread,
        long deadLetters,
        double rewardSum,
        Map<String, Double> componentSums) {
    static final Duration WINDOW = Duration.ofMinutes(1);
    public static final Duration KEPT = Duration.ofHours(1);
    static final TaskStatistics NONE = new TaskStatistics(0, 0, 0, 0, 0, Map.of());

    TaskStatistics with(final ScoredGroup group) {
        double rewards = rewardSum;
        final Map<String, Double> components = new TreeMap<>(componentSums);
        for (final CompletionScore score : group.getScores()) {
            rewards += score.getTotal();
            score.getComponents().forEach((name, value) -> components.merge(name, value, Double::sum));
        }
        return new TaskStatistics(
                groups + 1,
                completions + group.getScores().size(),
                zeroSpread + (group.getZeroSpread() ? 1 : 0),
                deadLetters,
                rewards,
                components);
    }

    TaskStatistics withDeadLetter() {
        return new TaskStatistics(groups, completions, zeroSpread, deadLetters + 1, rewardSum, componentSums);
    }

    /** The statistics of the groups of both. */
    TaskStatistics plus(final TaskStatistics other) {
        final Map<String, Double> components = new TreeMap<>(componentSums);
        other.componentSums.forEach((name, sum) -> components.merge(name, sum, Double::sum));
        return new TaskStatistics(
                groups + other.groups,
                completions + other.completions,
                zeroSpread + other.zeroSpread,
                deadLetters + other.deadLetters,
                rewardSum + other.rewardSum,
                components);
    }

    /** Counts and means, under the names of training metrics. */
    Map<String, Object> toMap() {
        final Map<String, Object> map = new TreeMap<>();
        map.put("groups", groups);
        map.put("completions", completions);
        map.put("dead_letters", deadLetters);
        if (groups > 0) {
            map.put("frac_reward_zero_std", (double) zeroSpread / groups);
            map.put("reward/overall", rewardSum / completions);
            componentSums.forEach((name, sum) -> map.put("reward/" + name, sum / completions));
        }
        return map;
    }

    static Serde<TaskStatistics> serde() {
        return Serdes.serdeFrom(
                (topic, statistics) -> {
                    try {
                        return Mappers.JSON.writeValueAsBytes(statistics);
                    } catch (final JsonProcessingException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                (topic, bytes) -> {
                    try {
                        return Mappers.JSON.readValue(bytes, TaskStatistics.class);
                    } catch (final IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
