package org.mtrljudge.standalone;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.Audit;
import org.mtrljudge.learner.Refold;
import org.mtrljudge.learner.ScoredLog;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.PolicyStore;
import org.mtrljudge.schemas.Topics;

/** A run that is there, with its broker, its settings and what it learned from. */
final class LoggedRun implements AutoCloseable {
    private final RunDirectory directory;
    private final RunSettings settings;
    private final Topics topics;
    private final EmbeddedBroker broker;
    private final @Nullable EarlierRun earlier;
    private final ScoredLog scored;
    private final @Nullable PolicyStore store;

    LoggedRun(final RunDirectory directory) {
        this.directory = directory;
        this.settings = RunSettings.read(directory.settings(), List.of());
        this.topics = settings.connections().topics(directory.run());
        this.store = settings.connections().policyStore();
        final String topic = directory.origin().fromScored();
        this.earlier = topic == null ? null : EarlierRun.open(directory.path().resolveSibling(""), topic);
        this.broker = EmbeddedBroker.of(settings, () -> EmbeddedBroker.startOrJoin(directory.kafka()));
        this.scored = earlier == null
                ? new ScoredLog(topics.scored(), broker.clientConfig(), directory.dataRoot(settings))
                : earlier.log(settings);
    }

    RunSettings settings() {
        return settings;
    }

    Audit audit() {
        return new Audit(topics, kafka(), scored, store);
    }

    /** The run's model, to be closed by the caller. */
    JudgeModel model() {
        return settings.learning().load();
    }

    Refold refold(final JudgeModel model) {
        return new Refold(settings.learner(), topics, kafka(), directory.checkpoints(), scored, model);
    }

    private Map<String, Object> kafka() {
        return broker.clientConfig();
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
