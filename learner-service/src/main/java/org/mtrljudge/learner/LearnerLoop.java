package org.mtrljudge.learner;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.report.RunReport;
import org.mtrljudge.learner.settings.LearnerSection;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.service.ServiceLoop;
import org.mtrljudge.service.ServiceSettings;
import org.mtrljudge.service.TopicsReady;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.WholeFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life cycle of the learner process: create the topics of the run, learn to the end, write the results to the run's folder. A
 * restarted process resumes the run. A stopped process aborts its present step, as if it had been killed.
 */
final class LearnerLoop implements ServiceLoop {
    private static final Logger LOG = LoggerFactory.getLogger(LearnerLoop.class);

    /** Unwinds the stack of the learner when the process has to stop. */
    private static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final ServiceSettings settings;
    private final LearnerSection run;
    private final MeterRegistry meters;
    private volatile boolean stopping;
    private volatile boolean learning;

    LearnerLoop(final ServiceSettings settings, final LearnerSection run, final MeterRegistry meters) {
        this.settings = settings;
        this.run = run;
        this.meters = meters;
    }

    @Override
    public void run() throws InterruptedException {
        final KafkaClients clients = settings.clients();
        if (!new TopicsReady(settings, clients, () -> stopping).prepare()) {
            return;
        }
        begin();
        final RunReport report =
                new RunReport(settings.folder(), run, new LearnerMeters(meters, this::throwWhenStopping));
        try (JudgeModel model = run.load();
                @Nullable PolicyStore store = settings.connections().policyStore();
                @Nullable PromptLength measure = run.measure();
                Learner learner = learner(clients, model, store, measure, report)) {
            learning = true;
            final TrainingResult result = learner.run();
            LOG.info("{}", report.finish(result));
        } catch (final StoppedException e) {
            LOG.info("stopped: when it is started again, it continues from its newest checkpoint");
        } finally {
            learning = false;
        }
    }

    private void begin() {
        try {
            Files.createDirectories(settings.folder());
            logChanges(settings.folder().resolve("settings.yaml"));
            WholeFile.write(
                    settings.folder().resolve("settings.yaml"), settings.tree().write());
        } catch (final IOException e) {
            throw new UncheckedIOException(settings.folder() + " cannot be written: " + e, e);
        }
    }

    private void logChanges(final Path written) {
        if (Files.isRegularFile(written)) {
            try {
                settings.tree()
                        .changesSince(SettingsTree.read(written, Map.of(), List.of()))
                        .forEach(change -> LOG.info("a setting changed since the last start: {}", change));
            } catch (final UsageException e) {
                LOG.warn("{} was written by another build: {}", written, e.getMessage());
            }
        }
    }

    private Learner learner(
            final KafkaClients clients,
            final JudgeModel model,
            final @Nullable PolicyStore store,
            final @Nullable PromptLength measure,
            final RunReport report) {
        final RunContext context = new RunContext(
                clients,
                new WeightTransport(store, settings.connections().weights().maxLogBytes()),
                settings.tree().digest(),
                settings.folder().resolve("checkpoints"),
                run.dataRoot(settings.folder()),
                report.listener(),
                this::throwWhenStopping,
                Clock.systemUTC());
        return new Learner(
                context,
                run.settings(),
                model,
                run.fitting(run.data().source(), measure, context.listener()::warned),
                null);
    }

    private void throwWhenStopping() {
        if (stopping) {
            throw new StoppedException();
        }
    }

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public boolean isReady() {
        return learning && !stopping;
    }
}
