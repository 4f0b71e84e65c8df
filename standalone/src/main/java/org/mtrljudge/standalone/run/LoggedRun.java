package org.mtrljudge.standalone.run;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.audit.Audit;
import org.mtrljudge.learner.audit.Refold;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** An existing run, with its broker, its settings and the source of its scored groups. */
public final class LoggedRun implements AutoCloseable {
    private final RunDirectory directory;
    private final RunSettings settings;
    private final KafkaClients clients;
    private final EmbeddedBroker broker;
    private final @Nullable EarlierRun earlier;
    private final ScoredLog scored;
    private final @Nullable PolicyStore store;

    public LoggedRun(final RunDirectory directory) {
        this.directory = directory;
        this.settings = RunSettings.read(directory.settings(), List.of());
        this.store = settings.connections().policyStore();
        final String topic = directory.origin().fromScored();
        this.earlier = topic == null ? null : EarlierRun.open(directory.path().resolveSibling(""), topic);
        this.broker = EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()));
        this.clients = clients();
        this.scored = earlier == null
                ? new ScoredLog(clients.topics().scored(), clients, directory.dataRoot(settings))
                : earlier.log(settings);
    }

    private KafkaClients clients() {
        try {
            return broker.existing(settings.connections().topics(directory.run()));
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    RunSettings settings() {
        return settings;
    }

    public Audit audit() {
        return new Audit(clients, scored, store);
    }

    /** The model of the run. The caller closes it. */
    public JudgeModel model() {
        return settings.learning().load();
    }

    public Refold refold(final JudgeModel model) {
        return new Refold(settings.learner(), clients, directory.checkpoints(), scored, model);
    }

    @Override
    public void close() {
        broker.close();
        if (store != null) {
            store.close();
        }
        if (earlier != null) {
            earlier.close();
        }
    }
}
