package org.mtrljudge.standalone.run;

import java.io.IOException;
import java.util.List;
import org.mtrljudge.learner.audit.Refold;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.tasks.ExampleSource;

/** A new run's beginning: the state of another run after one of its steps, learned again from its log. */
public final class ForkedRun {
    private final RunDirectory parent;
    private final int step;
    private final RunSettings settings;

    /**
     * @param settings of the new run
     * @throws UsageException when they ask for other examples, or for no step more
     */
    public ForkedRun(final RunDirectory parent, final int step, final RunSettings settings) {
        this.parent = parent;
        this.step = step;
        this.settings = settings;
        final RunSettings before = RunSettings.read(parent.settings(), List.of());
        final boolean sameExamples = settings.data().drawnAs(before.data())
                && settings.learner().trainer().seed()
                        == before.learner().trainer().seed();
        if (!sameExamples) {
            throw new UsageException(
                    "a fork goes on with its parent's examples: data.file, data.seed, data.train_size and"
                            + " trainer.seed stay as they are");
        }
        if (step < 0 || step >= settings.learner().trainer().totalSteps()) {
            throw new UsageException("--at-step " + step + " leaves nothing to learn: trainer.total_steps is "
                    + settings.learner().trainer().totalSteps() + ", raise it with --set trainer.total_steps=N");
        }
    }

    /**
     * Writes the new run's first checkpoint. What was made of its folder is removed when that fails.
     *
     * @return the steps that were learned again for it
     */
    public Refold.Result begin(final RunDirectory directory, final ExampleSource source) {
        try (LoggedRun run = new LoggedRun(parent);
                JudgeModel model = run.model()) {
            return run.refold(model)
                    .fork(step, directory.checkpoints(), settings.tree().digest(), source);
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
