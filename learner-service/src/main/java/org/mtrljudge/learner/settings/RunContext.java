package org.mtrljudge.learner.settings;

import java.nio.file.Path;
import java.time.Clock;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.schemas.topic.KafkaClients;

/**
 * The run that a learner or an evaluator belongs to: how it reaches the other services, where its files lie, whom it tells how it
 * goes. All of it stays the same from the run's start to its end.
 *
 * @param clients for the run's topics
 * @param transport how weights travel to the actors
 * @param settingsDigest of all the run's settings; it stands in the journal and in checkpoints
 * @param checkpoints the folder of the run's checkpoint folders
 * @param dataRoot where images by reference lie
 * @param listener is told how the run goes
 * @param health is called while answers are awaited; it throws when a service of this process has failed for good, or the run is to stop
 * @param clock of the times in the journal and in metrics
 */
public record RunContext(
        KafkaClients clients,
        WeightTransport transport,
        String settingsDigest,
        Path checkpoints,
        Path dataRoot,
        TrainingListener listener,
        Runnable health,
        Clock clock) {}
