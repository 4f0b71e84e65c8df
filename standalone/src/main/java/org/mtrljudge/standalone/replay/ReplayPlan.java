package org.mtrljudge.standalone.replay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.standalone.run.RunSettings;

/**
 * What a replay was begun with; one that goes on must be the same.
 *
 * @param rewardsSha256 of the reward set and of the settings that make advantages
 * @param endOffset the rollouts' end at the beginning
 */
public record ReplayPlan(
        String rewardsSha256,
        @Nullable String since,
        @Nullable String versions,
        List<String> tasks,
        long endOffset) {

    /** Of the reward set as the settings read it, and of the sections that make advantages of it. */
    public static String digest(final RunSettings settings) {
        // spelt out: plans that lie in folders have these words, whatever the record is called
        final String sections =
                "RewardSection[algorithm=" + settings.rewarding().algorithm() + ", reward="
                        + settings.rewarding().reward() + "]";
        final String text = settings.resolved().text() + sections;
        return Sha256.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    public ReplayPlan until(final long offset) {
        return new ReplayPlan(rewardsSha256, since, versions, tasks, offset);
    }

    /** Whether they differ in nothing but their end. */
    boolean isLike(final ReplayPlan other) {
        return until(0).equals(other.until(0));
    }
}
