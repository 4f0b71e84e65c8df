package org.mtrljudge.learner.settings;

import java.nio.file.Path;
import java.time.Clock;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.schemas.topic.KafkaClients;

/**
 * The run of a learner or an evaluator: the connections to the other services, the folders, and the listener. All of it is constant
 * from the start of the run to its end.
 *
 * @param clients the Kafka clients for the topics of the run
 * @param transport how weights travel to the actors
 * @param settingsDigest the digest of the settings that decide the weights; the journal and the checkpoints contain it
 * @param checkpoints the folder of the run's checkpoint folders
 * @param dataRoot the folder of images that are stored by reference
 * @param listener receives the progress of the run
 * @param health is called before every step and while the learner waits for answers; it throws when a service of this process has failed permanently, or
 *     the run has to stop
 * @param clock the source of times in the journal and in metrics
 */
public record RunContext(
        KafkaClients clients,
        WeightTransport transport,
        String settingsDigest,
        Path checkpoints,
        Path dataRoot,
        TrainingListener listener,
        Runnable health,
        Clock clock) {

    /** The same run, whose health is also decided by {@code check}, which throws where the run cannot go on. */
    public RunContext checking(final Runnable check) {
        return new RunContext(
                clients,
                transport,
                settingsDigest,
                checkpoints,
                dataRoot,
                listener,
                () -> {
                    health.run();
                    check.run();
                },
                clock);
    }
}
