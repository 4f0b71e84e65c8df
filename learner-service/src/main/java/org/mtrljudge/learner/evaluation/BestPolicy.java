package org.mtrljudge.learner.evaluation;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Evaluation;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.state.BestSoFar;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;

/**
 * Validates the policy at intervals and keeps the best policy as a checkpoint. The best policy is tested at the end, as in the
 * paper. The best policy has the highest mean of the tasks' main figures; among equal ones it is the first.
 */
public final class BestPolicy {
    private final EvaluationRound round;
    private final EvaluationPlan plan;
    private final List<String> trained;
    private final JudgeModel model;
    private final Path checkpoint;
    private BestSoFar best;

    /**
     * @param plan the evaluation plan of a validation
     * @param trained the tasks that choose the best policy; all others of the plan are only watched
     * @param checkpoint the folder of the best policy; it is written again whenever a better policy is found
     * @param best the best validation of the stage before a restart
     */
    public BestPolicy(
            final EvaluationRound round,
            final EvaluationPlan plan,
            final List<String> trained,
            final JudgeModel model,
            final Path checkpoint,
            final BestSoFar best) {
        this.round = round;
        this.plan = plan;
        this.trained = trained;
        this.model = model;
        this.checkpoint = checkpoint;
        this.best = best;
    }

    public BestSoFar soFar() {
        return best;
    }

    /** Whether a validation follows: on schedule and at the end of a stage, if the validation split has examples. */
    public boolean isDue(final int frequency, final int step, final boolean last) {
        return frequency > 0 && (last || step % frequency == 0) && round.size(plan) > 0;
    }

    /**
     * Whether validation has stalled after a step. The paper ends the training of every model at this point.
     *
     * @param patience the number of validations, {@code frequency} steps apart, without a better result than the best; 0: never
     */
    public boolean hasPlateaued(final int patience, final int frequency, final int step) {
        return patience > 0 && frequency > 0 && !best.isNone() && step - best.step() >= patience * frequency;
    }

    /**
     * Validates the weights of the model, which are the newest version of {@code policies}. No other prompt may be sent in the meantime.
     *
     * @return {@code val/…} metrics
     */
    public Map<String, Double> validate(final Stage stage, final int step, final PolicyPublisher policies) {
        final long start = System.nanoTime();
        final Map<Boolean, List<Judgement>> judgements = round
                .run(
                        plan,
                        exampleId -> policies.evaluationId(PromptIds.validation(stage, step, exampleId)),
                        policies.version(),
                        done -> {})
                .stream()
                .collect(Collectors.partitioningBy(judgement -> trained.contains(judgement.task())));
        final Map<String, Double> metrics = new TreeMap<>();
        final Evaluation evaluation = counted(judgements.get(true), metrics);
        counted(judgements.get(false), metrics);
        final double score = evaluation.meanScore(evaluation.tasks());
        metrics.put("val/mean_score", score);
        metrics.put("val/format_rate", evaluation.formatRate());
        metrics.put("val/dead", (double) evaluation.dead());
        offer(step, score);
        metrics.put("timing_s/testing", (System.nanoTime() - start) / 1e9);
        return metrics;
    }

    private static Evaluation counted(final @Nullable List<Judgement> judgements, final Map<String, Double> metrics) {
        final Evaluation evaluation = Evaluation.of(Objects.requireNonNull(judgements));
        evaluation
                .tasks()
                .forEach(task -> metrics.put("val/" + task + "/" + evaluation.figure(task), evaluation.score(task)));
        return evaluation;
    }

    private void offer(final int step, final double score) {
        if (score > best.score()) {
            model.save(checkpoint);
            best = new BestSoFar(score, step);
        }
    }

    /**
     * Ends the stage. The model receives the best weights. When no weights were validated, it keeps the last weights, and these
     * become the checkpoint.
     *
     * @param lastStep the last step of the stage
     * @return the step whose weights the model now holds
     */
    public int restoreBest(final int lastStep) {
        if (best.isNone()) {
            model.save(checkpoint);
            return lastStep;
        }
        if (best.step() != lastStep) {
            model.restore(checkpoint);
        }
        return best.step();
    }
}
