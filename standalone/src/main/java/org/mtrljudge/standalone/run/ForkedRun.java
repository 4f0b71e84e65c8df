package org.mtrljudge.standalone.run;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.audit.Refold;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.tasks.ExampleSource;

/** The start of a new run: the state of another run after one of its steps, learned again from the log of that run. */
public final class ForkedRun {
    private final RunDirectory parent;
    private final int step;
    private final RunSettings settings;

    /**
     * @param settings the settings of the new run
     * @throws UsageException when the settings name other examples, or no additional step
     */
    public ForkedRun(final RunDirectory parent, final int step, final RunSettings settings) {
        this.parent = parent;
        this.step = step;
        this.settings = settings;
        final RunSettings before = RunSettings.read(parent.settings(), List.of());
        final boolean sameExamples = settings.data().drawnAs(before.data())
                && settings.learning().leavesOutAs(before.learning())
                && settings.learner().trainer().seed()
                        == before.learner().trainer().seed();
        if (!sameExamples) {
            throw new UsageException(
                    "a fork continues with the examples of its parent: do not change trainer.seed, nor in data: file, system_prompt,"
                            + " format_prompt, verdict, per_task, demonstrations, verdicts, seed, train_size, the limits of prompts and what mixes tasks");
        }
        if (step < 0 || step >= settings.learner().trainer().totalSteps()) {
            throw new UsageException("--at-step " + step + " leaves nothing to learn: trainer.total_steps is "
                    + settings.learner().trainer().totalSteps() + "; raise it with --set trainer.total_steps=N");
        }
    }

    /**
     * Writes the first checkpoint of the new run. When this fails, the folder of the new run is deleted.
     *
     * @return the number of steps that were learned again
     */
    public Refold.Result begin(final RunDirectory directory, final ExampleSource source) {
        try (LoggedRun run = new LoggedRun(parent);
                JudgeModel model = run.model();
                @Nullable PromptLength measure = settings.learning().measure()) {
            return run.refold(model)
                    .fork(
                            step,
                            directory.checkpoints(),
                            settings.tree().digest(),
                            settings.learning().fitting(source, measure, leftOut -> {}));
        } catch (final RuntimeException e) {
            try {
                Folders.delete(directory.path());
            } catch (final IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }
}
