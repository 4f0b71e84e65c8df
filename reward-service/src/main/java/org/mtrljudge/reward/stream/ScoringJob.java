package org.mtrljudge.reward.stream;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;

/**
 * What is scored, and where to: a run as it goes, or its log once more.
 *
 * @param applicationId of Kafka Streams: whose offsets and state these are
 * @param wanted which groups are scored; the others are passed over
 * @param endOffset the first offset that is not scored any more
 * @param reached is set to the offset after the last that was looked at, committed or not
 */
public record ScoringJob(
        String applicationId,
        Topic<RolloutGroup> rollouts,
        Topic<ScoredGroup> scored,
        Topic<DeadLetter> deadLetters,
        Predicate<RolloutGroup> wanted,
        long endOffset,
        AtomicLong reached) {

    /** Whether it has no end: somebody may ask how it goes. */
    boolean isLive() {
        return endOffset == Long.MAX_VALUE;
    }

    /** Everything a run rolls out. */
    static ScoringJob live(final Topics topics) {
        return new ScoringJob(
                topics.run() + ".reward",
                topics.rollouts(),
                topics.scored(),
                topics.deadLetters(),
                group -> true,
                Long.MAX_VALUE,
                new AtomicLong());
    }
}
