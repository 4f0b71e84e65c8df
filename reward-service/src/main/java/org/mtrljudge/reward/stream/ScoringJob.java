package org.mtrljudge.reward.stream;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;

/**
 * One job of scoring: the input and output topics. A job scores a live run, or scores its log again.
 *
 * @param applicationId the application id of Kafka Streams, which owns the offsets and the state
 * @param wanted selects the groups that are scored; other groups are skipped
 * @param end where the job ends; null: it scores a live run
 * @param ahead reads groups before their turn, so that slow graders work on several; null: nothing is read ahead
 */
public record ScoringJob(
        String applicationId,
        Topic<RolloutGroup> rollouts,
        Topic<ScoredGroup> scored,
        Topic<DeadLetter> deadLetters,
        Predicate<RolloutGroup> wanted,
        @Nullable ScoringEnd end,
        @Nullable KafkaClients ahead) {

    /** Whether the job has no end. Only a live job has statistics, because only its progress is queried. */
    boolean isLive() {
        return end == null;
    }

    /** The job that scores all rollouts of a run. */
    static ScoringJob live(final Topics topics, final @Nullable KafkaClients ahead) {
        return new ScoringJob(
                topics.run() + ".reward",
                topics.rollouts(),
                topics.scored(),
                topics.deadLetters(),
                group -> true,
                null,
                ahead);
    }
}
