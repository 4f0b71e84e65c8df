package org.mtrljudge.learner.audit;

import java.nio.file.Path;
import java.util.List;
import org.mtrljudge.learner.algorithm.GrpoTrainer;
import org.mtrljudge.learner.event.DamagedLogException;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.prompts.PromptBook;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.Rounding;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.state.TrainingCheckpoints;
import org.mtrljudge.learner.topics.JournalBatches;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.tasks.ExampleSource;

/** Learns the logged batches of a run again, from the nearest checkpoint up to a step. */
public final class Refold {
    private final LearnerSettings settings;
    private final KafkaClients clients;
    private final TrainingCheckpoints checkpoints;
    private final ScoredLog scored;
    private final JudgeModel model;

    /**
     * @param folder the checkpoints of the run
     * @param scored the scored groups that the run learned from
     * @param model a model with the settings of the run; at the end it has the weights of the step
     */
    public Refold(
            final LearnerSettings settings,
            final KafkaClients clients,
            final Path folder,
            final ScoredLog scored,
            final JudgeModel model) {
        this.settings = settings;
        this.clients = clients;
        this.checkpoints = new TrainingCheckpoints(folder, 1);
        this.scored = scored;
        this.model = model;
    }

    /**
     * The result of learning again.
     *
     * @param fromStep the step of the checkpoint
     * @param weightDigest the digest of the newly computed weights
     * @param notComparable the steps that were made with another rounding, or follow such a step, one line each
     */
    public record Result(int fromStep, int step, String weightDigest, List<String> notComparable) {}

    /**
     * Learns up to a step. Each step on the way must produce the weights that the journal names, if it was made with the present rounding.
     *
     * @throws DamagedLogException when a step produces other weights, or a batch has changed
     * @throws LearnerException when the run has no such step, or no checkpoint before the step
     */
    public Result upTo(final int step) {
        try (GrpoTrainer trainer = new GrpoTrainer(referenced(), settings)) {
            // at least one step is learned again
            final TrainingCheckpoints.Saved from = nearest(step - 1);
            final PastRun past = PastRun.read(clients, TrainingCheckpoints.state(from), () -> {});
            final List<String> notComparable = learn(from, past.entries(), step, trainer);
            return new Result(from.step(), step, digest(), notComparable);
        }
    }

    /**
     * Starts a new run from a step: writes the first checkpoint of the new run.
     *
     * @param into the checkpoint folder of the new run
     * @param settingsDigest the digest of the settings of the new run
     * @param source the examples of the new run
     * @throws DamagedLogException as {@link #upTo}
     * @throws LearnerException as {@link #upTo}
     */
    public Result fork(final int step, final Path into, final String settingsDigest, final ExampleSource source) {
        try (GrpoTrainer trainer = new GrpoTrainer(referenced(), settings)) {
            final TrainingCheckpoints.Saved from = nearest(step);
            final LearnerState state = TrainingCheckpoints.state(from);
            final PastRun past = PastRun.read(clients, state, () -> {}).upTo(step);
            final List<String> notComparable = learn(from, past.entries(), step, trainer);
            final PromptBook book = new PromptBook(source, settings.trainer().seed(), state.prompts());
            past.trainingIds().forEach(book::enterLogged);
            book.removeOpen(past.learnedAndStaleIds());
            final TrainingCheckpoints own = new TrainingCheckpoints(into, 1);
            own.save(
                    trainer::save,
                    Stage.RL,
                    step,
                    () -> state.forked(
                            settingsDigest, step, book.schedule().withoutLaterOrders(), book.openAndUnasked()));
            final String digest = digest();
            model.restore(checkpoints.reference());
            model.save(own.copiedReference());
            return new Result(from.step(), step, digest, notComparable);
        }
    }

    private JudgeModel referenced() {
        JudgeModule.useThreads(settings.trainer().threads());
        if (settings.algorithm().klCoef() > 0) {
            model.restore(checkpoints.reference());
        }
        return model;
    }

    private TrainingCheckpoints.Saved nearest(final int step) {
        return checkpoints
                .before(step)
                .orElseThrow(() -> new LearnerException("there is no checkpoint at or before step " + step
                        + " to learn from: does the run have an RL stage?"));
    }

    /** Returns the steps that cannot be compared with the journal. */
    private List<String> learn(
            final TrainingCheckpoints.Saved from,
            final List<TopicScan.Entry<TrainingStep>> entries,
            final int step,
            final GrpoTrainer trainer) {
        trainer.resume(from.path(), from.step());
        final StepComparison comparison = new StepComparison(Rounding.of(settings, model));
        int done = from.step();
        try (JournalBatches batches = new JournalBatches(scored)) {
            for (final TopicScan.Entry<TrainingStep> entry : entries) {
                final TrainingStep logged = entry.value();
                final boolean next = done < step && JournalKind.RL.isOf(logged);
                if (next) {
                    trainer.learn(batches.batch(logged, model));
                    done = logged.getStep();
                }
                if (next || (done > from.step() && logged.getStep() == done && JournalKind.RESUMED.isOf(logged))) {
                    comparison.compare(logged, digest());
                }
            }
        }
        if (done != step) {
            throw new LearnerException("the journal ends at step " + done + ", so there is no step " + step);
        }
        return comparison.notComparable();
    }

    private String digest() {
        return PolicyPublisher.digest(model);
    }
}
