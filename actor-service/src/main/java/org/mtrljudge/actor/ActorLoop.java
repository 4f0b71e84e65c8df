package org.mtrljudge.actor;

import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.ServiceLoop;
import org.mtrljudge.service.ServiceSettings;
import org.mtrljudge.service.TopicsReady;

/** The work of an actor process: wait for the topics of the run, load the model, take prompts until the process is stopped. */
final class ActorLoop implements ServiceLoop {
    private final ServiceSettings settings;
    private final ActorSection run;
    private final ActorMetrics metrics;
    private volatile boolean stopping;
    private volatile @Nullable Actor actor;

    ActorLoop(final ServiceSettings settings, final ActorSection run, final ActorMetrics metrics) {
        this.settings = settings;
        this.run = run;
        this.metrics = metrics;
    }

    @Override
    public void run() throws InterruptedException {
        final KafkaClients clients = settings.clients();
        final Topics topics = clients.topics();
        final TopicsReady ready = new TopicsReady(settings, clients, () -> stopping);
        if (!ready.await(List.of(topics.prompts(), topics.rollouts(), topics.policies(), topics.weights()))) {
            return;
        }
        final Engines engines = new Engines(run, run.dataRoot(settings.folder()));
        try (@Nullable PolicyStore store = settings.connections().policyStore();
                Actor opened = new Actor(
                        run.settings(settings.id()), clients, store, engines.engine(), metrics, Clock.systemUTC())) {
            actor = opened;
            // stop() may have been called before the actor existed
            if (stopping) {
                opened.stop();
            }
            opened.run();
        }
    }

    @Override
    public void stop() {
        stopping = true;
        final Actor opened = actor;
        if (opened != null) {
            opened.stop();
        }
    }

    @Override
    public void abandon() {
        stopping = true;
        final Actor opened = actor;
        if (opened != null) {
            opened.abandon();
        }
    }

    /** Whether the actor has a policy, so that it can answer prompts. */
    @Override
    public boolean isReady() {
        final Actor opened = actor;
        return opened != null && !stopping && opened.policyVersion() >= 0;
    }
}
