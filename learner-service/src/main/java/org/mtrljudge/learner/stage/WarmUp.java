package org.mtrljudge.learner.stage;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mtrljudge.learner.algorithm.GrpoTrainer;
import org.mtrljudge.learner.algorithm.SftTrainer;
import org.mtrljudge.learner.evaluation.BestPolicy;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.SftSettings;
import org.mtrljudge.learner.state.BestSoFar;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.TrainingCheckpoints;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.tasks.ExampleSource;

/** The stage of supervised fine-tuning, in its order of execution. */
public final class WarmUp {
    private static final String NAME = Stage.WARMUP.key();

    /**
     * Warm-up steps are short and do not wait for other services. The steps that are lost when the process is killed are quickly
     * repeated.
     */
    private static final int SAVED_LESS_OFTEN = 10;

    private final LearnerSettings settings;
    private final JudgeModel model;
    private final ExampleSource source;
    private final PolicyPublisher policies;
    private final BestPolicy best;
    private final TrainingCheckpoints checkpoints;
    private final TrainingListener listener;
    private final Clock clock;
    private final Runnable health;

    /** @param source the source of the demonstrations */
    public WarmUp(final StageContext context, final ExampleSource source) {
        this.settings = context.settings();
        this.model = context.model();
        this.source = source;
        this.policies = context.policies();
        this.best = context.best();
        this.checkpoints = context.checkpoints();
        this.listener = context.run().listener();
        this.clock = context.run().clock();
        this.health = context.run().health();
    }

    /** Makes the state of the learner after a step of the stage. */
    public interface States {
        LearnerState after(int step, BestSoFar best);
    }

    /**
     * Runs the stage to its end.
     *
     * @param stepsDone the steps of the checkpoint that the model holds, 0 at the start of the stage
     * @param secondsDone the time of these steps
     * @return the total number of steps
     */
    public int run(final int stepsDone, final double secondsDone, final States states) {
        final SftSettings sft = settings.sft();
        listener.phaseStarted(NAME, sft.steps());
        // the warm-up may use all cores, because the actors are idle
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        int step = stepsDone;
        try (SftTrainer trainer = new SftTrainer(
                model,
                sft,
                new SftTrainer.Update(
                        GrpoTrainer.adamW(settings.actor()), settings.actor().maxTokensPerMicroBatch()),
                source,
                settings.trainer().seed(),
                listener::warned)) {
            if (stepsDone > 0) {
                trainer.resume(checkpoints.path(Stage.WARMUP, stepsDone), stepsDone);
            }
            final long start = clock.millis();
            double progress = sft.progress(stepsDone, secondsDone);
            while (progress < 1 && !best.hasPlateaued(sft.valPatience(), sft.valFreq(), step)) {
                health.run();
                final Map<String, Double> metrics = new TreeMap<>(Map.of("sft/loss", trainer.step(progress)));
                step++;
                progress = sft.progress(step, secondsDone + (clock.millis() - start) / 1000.0);
                if (best.isDue(sft.valFreq(), step, progress >= 1)) {
                    policies.publish(JournalKind.WARMUP, step, List.of(), List.of(), metrics);
                    metrics.putAll(best.validate(Stage.WARMUP, step, policies));
                }
                if (checkpoints.isDue(SAVED_LESS_OFTEN * settings.trainer().saveFreq(), step, progress >= 1)) {
                    final LearnerState state = states.after(step, best.soFar());
                    checkpoints.save(trainer::save, Stage.WARMUP, step, () -> state);
                }
                listener.progressed(NAME, step, metrics);
            }
        }
        policies.publish(JournalKind.WARMUP, best.restoreBest(step), List.of(), List.of(), Map.of());
        listener.phaseEnded(NAME);
        return step;
    }

    /** The folder of the best policy of the stage. */
    public static Path checkpoint(final Path checkpoints) {
        return checkpoints.resolve(NAME);
    }
}
