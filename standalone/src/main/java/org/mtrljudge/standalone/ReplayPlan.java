package org.mtrljudge.standalone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Sha256;

/**
 * What a replay was begun with; one that goes on must be the same.
 *
 * @param rewardsSha256 of the reward set and of the settings that make advantages
 * @param endOffset the rollouts' end at the beginning
 */
record ReplayPlan(
        String rewardsSha256,
        @Nullable String since,
        @Nullable String versions,
        List<String> tasks,
        long endOffset) {

    static String digest(final Path rewards, final RunSettings settings) {
        try {
            final String text = Files.readString(rewards) + settings.rewarding();
            return Sha256.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (final IOException e) {
            throw new UsageException("the reward set " + rewards + " cannot be read: " + e.getMessage());
        }
    }

    ReplayPlan until(final long offset) {
        return new ReplayPlan(rewardsSha256, since, versions, tasks, offset);
    }

    /** Whether they differ in nothing but their end. */
    boolean isLike(final ReplayPlan other) {
        return until(0).equals(other.until(0));
    }
}
