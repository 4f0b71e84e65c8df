package org.mtrljudge.learner.settings;

import java.nio.file.Path;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.settings.UsageException;

/**
 * The scored groups of an earlier run, or of a replay of a run.
 *
 * @param clients the Kafka clients of the run that has the groups
 * @param dataRoot the folder of images that are stored by reference
 */
public record ScoredLog(Topic<ScoredGroup> topic, KafkaClients clients, Path dataRoot) {

    /**
     * The number of groups that can be learned from.
     *
     * @throws UsageException when a group was sampled in another way than the settings say
     */
    public long trainingGroups(final LearnerSettings.Rollout rollout) {
        long groups = 0;
        try (TopicScan<ScoredGroup> scan = open()) {
            while (!scan.done()) {
                for (final TopicScan.Entry<ScoredGroup> entry : scan.next()) {
                    if (isForTraining(entry.value())) {
                        check(entry, rollout);
                        groups++;
                    }
                }
            }
        }
        return groups;
    }

    private void check(final TopicScan.Entry<ScoredGroup> entry, final LearnerSettings.Rollout rollout) {
        final PromptRequest prompt = entry.value().getRollout().getPrompt();
        final String problem = rollout.problemWith(prompt.getSampling());
        if (problem != null) {
            throw new UsageException(topic.name() + " cannot be learned with these settings. The group of "
                    + prompt.getPromptId() + " at " + entry.place() + ": " + problem);
        }
    }

    public static boolean isForTraining(final ScoredGroup group) {
        return group.getRollout().getPrompt().getPurpose() == Purpose.TRAIN;
    }

    public TopicScan<ScoredGroup> open() {
        return clients.scan(topic);
    }
}
