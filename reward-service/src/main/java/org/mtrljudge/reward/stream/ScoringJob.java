package org.mtrljudge.reward.stream;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;

/**
 * One job of scoring: the input and output topics. A job scores a live run, or scores its log again.
 *
 * @param applicationId the application id of Kafka Streams, which owns the offsets and the state
 * @param wanted selects the groups that are scored; other groups are skipped
 * @param endOffset the first offset that is not scored
 * @param reached is set to the offset after the last processed record, committed or not
 */
public record ScoringJob(
        String applicationId,
        Topic<RolloutGroup> rollouts,
        Topic<ScoredGroup> scored,
        Topic<DeadLetter> deadLetters,
        Predicate<RolloutGroup> wanted,
        long endOffset,
        AtomicLong reached) {

    /** Whether the job has no end. Only a live job has statistics, because only its progress is queried. */
    boolean isLive() {
        return endOffset == Long.MAX_VALUE;
    }

    /** The job that scores all rollouts of a run. */
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
