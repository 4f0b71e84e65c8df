package org.mtrljudge.standalone.replay;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.RewardSection;
import org.mtrljudge.reward.grader.Repeated;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.settings.GraderEntries;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.standalone.run.RunSettings;

/**
 * The parameters of a replay. A replay can continue only with the parameters with which it started.
 *
 * @param rewardsSha256 the SHA-256 of the reward set and of the settings that determine advantages
 * @param rewardsSha256WithoutSources the same without the sources of reward functions; null in a plan of an earlier build
 * @param since the earliest start of generation, as in 2026-01-31T12:00:00Z; null: no limit
 * @param versions the policy versions, as A..B, A.. or ..B; null: all of them
 * @param tasks the tasks; empty for all of them
 * @param onlyFailed whether only groups are scored whose score failed in the run
 * @param samples how often each completion is graded; 0 in a plan of an earlier build: once
 * @param keptAnswers the replay whose judges' answers are read instead of asking them; empty: those of the run; null: they are asked
 * @param endOffsets the end of each partition of the rollouts at the start of the replay; earlier builds wrote one number
 */
public record ReplayPlan(
        String rewardsSha256,
        @Nullable String rewardsSha256WithoutSources,
        @Nullable String since,
        @Nullable String versions,
        List<String> tasks,
        boolean onlyFailed,
        int samples,
        @Nullable String keptAnswers,

        @JsonAlias("endOffset") @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        List<Long> endOffsets) {
    private static final Pattern VERSIONS = Pattern.compile("(\\d{0,9})\\.\\.(\\d{0,9})");

    /** The plan for a replay with these settings, before its end is known. */
    public static ReplayPlan of(
            final RunSettings settings,
            final @Nullable String since,
            final @Nullable String versions,
            final List<String> tasks,
            final boolean onlyFailed) {
        return new ReplayPlan(
                digest(settings),
                digestWithoutSources(settings),
                since,
                versions,
                tasks,
                onlyFailed,
                1,
                null,
                List.of());
    }

    /**
     * The same plan with another way of asking graders.
     *
     * @param times how often each completion is graded
     * @param kept the replay whose judges' answers are read; empty: those of the run; null: they are asked
     * @throws UsageException when the two contradict each other
     */
    public ReplayPlan asking(final int times, final @Nullable String kept) {
        if (times < 1 || times > Repeated.MOST_SAMPLES) {
            throw new UsageException("--rescore-samples is " + times + ", allowed is 1 to " + Repeated.MOST_SAMPLES);
        }
        if (times > 1 && kept != null) {
            throw new UsageException("--rescore-samples asks again and --kept-answers does not: give one of them");
        }
        return with(times, kept, endOffsets);
    }

    /** The SHA-256 of the reward set as the settings read it, of the sections that determine advantages, and of reward functions. */
    public static String digest(final RunSettings settings) {
        return digest(settings, settings.resolved().sources());
    }

    /** The digest without the sources of functions, which may be corrected before what failed is scored again. */
    static String digestWithoutSources(final RunSettings settings) {
        return digest(settings, "");
    }

    private static String digest(final RunSettings settings, final String sources) {
        final RewardSection.Reward reward = settings.rewarding().reward();
        final String graders =
                GraderEntries.deciding(reward.functions()).toString() + GraderEntries.deciding(reward.servers());
        // a fixed text: the digests in existing folders contain these words, also after the record is renamed. Settings
        // that came later are left out where they say nothing
        final String sections =
                "RewardSection[algorithm=" + settings.rewarding().algorithm() + ", reward=" + reward.without() + "]"
                        + (graders.equals("[][]") ? "" : graders + sources);
        final String text = settings.resolved().text() + sections;
        return Sha256.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** @throws UsageException when the time or the range of versions cannot be read */
    RolloutFilter filter() {
        final Matcher range = VERSIONS.matcher(versions == null ? ".." : versions);
        if (!range.matches()) {
            throw new UsageException("--versions takes A..B, A.. or ..B, not '" + versions + "'");
        }
        try {
            return new RolloutFilter(
                    since == null ? 0 : Instant.parse(since).toEpochMilli(),
                    range.group(1).isEmpty() ? Integer.MIN_VALUE : Integer.parseInt(range.group(1)),
                    range.group(2).isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(range.group(2)),
                    Set.copyOf(tasks));
        } catch (final DateTimeParseException e) {
            throw new UsageException("--since takes a time such as 2026-01-31T12:00:00Z, not '" + since + "'");
        }
    }

    ReplayPlan until(final List<Long> ends) {
        return with(samples, keptAnswers, ends);
    }

    private ReplayPlan with(final int times, final @Nullable String kept, final List<Long> ends) {
        return new ReplayPlan(
                rewardsSha256, rewardsSha256WithoutSources, since, versions, tasks, onlyFailed, times, kept, ends);
    }

    /** Whether the rewards of this plan are those of the other but for the sources of functions; true where the other does not say. */
    boolean hasRewardsOf(final ReplayPlan other) {
        return Math.max(1, samples) == Math.max(1, other.samples)
                && (other.rewardsSha256WithoutSources == null
                        || other.rewardsSha256WithoutSources.equals(rewardsSha256WithoutSources));
    }

    /** Whether this plan chooses rollouts by more than whether their score failed. */
    boolean isFiltered() {
        return since != null || versions != null || !tasks.isEmpty();
    }

    /** Whether the plans are equal except for the end. */
    boolean isLike(final ReplayPlan other) {
        return rewardsSha256.equals(other.rewardsSha256)
                && Objects.equals(since, other.since)
                && Objects.equals(versions, other.versions)
                && tasks.equals(other.tasks)
                && onlyFailed == other.onlyFailed
                && Math.max(1, samples) == Math.max(1, other.samples)
                && Objects.equals(keptAnswers, other.keptAnswers);
    }
}
