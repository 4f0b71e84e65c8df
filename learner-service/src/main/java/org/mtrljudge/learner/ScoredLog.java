package org.mtrljudge.learner;

import java.nio.file.Path;
import java.util.Map;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.Topic;
import org.mtrljudge.schemas.TopicScan;

/**
 * Scored groups of an earlier run, or of a replay of it.
 *
 * @param kafka how to reach the broker that has them
 * @param dataRoot where images by reference lie
 */
public record ScoredLog(Topic<ScoredGroup> topic, Map<String, Object> kafka, Path dataRoot) {

    /** How many can be learned from. */
    public long trainingGroups() {
        long groups = 0;
        try (TopicScan<ScoredGroup> scan = open()) {
            while (!scan.done()) {
                groups += scan.next().stream()
                        .filter(entry -> isForTraining(entry.value()))
                        .count();
            }
        }
        return groups;
    }

    static boolean isForTraining(final ScoredGroup group) {
        return group.getRollout().getPrompt().getPurpose() == Purpose.TRAIN;
    }

    TopicScan<ScoredGroup> open() {
        return new TopicScan<>(topic, kafka);
    }
}
