package org.mtrljudge.standalone.replay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.standalone.run.RunSettings;

/**
 * The parameters of a replay. A replay can continue only with the parameters with which it started.
 *
 * @param rewardsSha256 the SHA-256 of the reward set and of the settings that determine advantages
 * @param endOffset the end offset of the rollouts topic at the start of the replay
 */
public record ReplayPlan(
        String rewardsSha256,
        @Nullable String since,
        @Nullable String versions,
        List<String> tasks,
        long endOffset) {

    /** The SHA-256 of the reward set as the settings read it, and of the sections that determine advantages. */
    public static String digest(final RunSettings settings) {
        // a fixed text: the digests in existing folders contain these words, also after the record is renamed
        final String sections =
                "RewardSection[algorithm=" + settings.rewarding().algorithm() + ", reward="
                        + settings.rewarding().reward() + "]";
        final String text = settings.resolved().text() + sections;
        return Sha256.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    public ReplayPlan until(final long offset) {
        return new ReplayPlan(rewardsSha256, since, versions, tasks, offset);
    }

    /** Whether the plans are equal except for the end offset. */
    boolean isLike(final ReplayPlan other) {
        return until(0).equals(other.until(0));
    }
}
