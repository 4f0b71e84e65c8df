package org.mtrljudge.learner.settings;

import java.nio.file.Path;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;

/**
 * The scored groups of an earlier run, or of a replay of a run.
 *
 * @param clients the Kafka clients of the run that has the groups
 * @param dataRoot the folder of images that are stored by reference
 */
public record ScoredLog(Topic<ScoredGroup> topic, KafkaClients clients, Path dataRoot) {

    /** The number of groups that can be learned from. */
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

    public static boolean isForTraining(final ScoredGroup group) {
        return group.getRollout().getPrompt().getPurpose() == Purpose.TRAIN;
    }

    public TopicScan<ScoredGroup> open() {
        return clients.scan(topic);
    }
}
