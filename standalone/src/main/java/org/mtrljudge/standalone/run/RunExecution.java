package org.mtrljudge.standalone.run;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.report.RunReport;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.training.MemoryPlan;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.ExampleSource;

/** Executes a run, from its settings to its summary, table and curves. */
public final class RunExecution {
    private static final long NEEDED_BYTES = 2L << 30;

    /** The heap of the broker, the streams and the clients, without the policies. */
    private static final long HEAP_BYTES = 384L << 20;

    private final RunSettings settings;
    private final ExampleSource source;
    private final @Nullable ScoredLog log;

    /**
     * Checks settings, data and model, so that errors are found before a folder is made.
     *
     * @param log the scored log from which RL learns offline; null: RL learns from the rollouts of its own policies
     */
    public RunExecution(final RunSettings settings, final @Nullable ScoredLog log) {
        this.settings = settings;
        this.source = settings.data().source();
        this.log = log;
        checkPolicyTravels(settings.folder());
        if (log == null) {
            AskedOrders.check(source, settings.rewards().set());
        }
    }

    /** Makes the folder of a new run. */
    public RunDirectory create(final Path runs, final String name, final Origin origin) {
        final List<String> unused = settings.resolved().unused();
        if (!unused.isEmpty()) {
            throw new UsageException("no task of the reward set "
                    + settings.rewarding().reward().file() + " has 'verifier: " + unused.get(0)
                    + "': name it there, or leave it out of reward.functions and reward.servers");
        }
        final RunDirectory directory = RunDirectory.create(runs, name, NEEDED_BYTES);
        directory.write("settings.yaml", settings.tree().write());
        directory.writeOrigin(origin);
        return directory;
    }

    /** Runs to the end, from the newest checkpoint or from the beginning, and returns the results as a table. */
    public String train(final RunDirectory directory, final TrainingListener listener) {
        return train(directory, listener, () -> false);
    }

    /** @param stopping see {@link StandaloneRun} */
    public String train(final RunDirectory directory, final TrainingListener listener, final BooleanSupplier stopping) {
        Logs.to(directory.path().resolve("judge.log"));
        final RunReport report = new RunReport(directory.path(), settings.learning(), listener);
        return report.finish(new StandaloneRun(settings, directory, source, log, report.listener(), stopping).run());
    }

    /** Checks the Java heap. It holds a policy in transit once in the learner, once in each actor, and in the buffer of the producer. */
    private void checkPolicyTravels(final JudgeFolder folder) {
        final ModelOptions options = folder.resolved(settings.modelOptions());
        final long policy = MemoryPlan.of(folder.config(), options, 1, 0).policy();
        if (settings.connections().weights().store() != null
                && policy > settings.connections().weights().maxLogBytes()) {
            // such a policy is in the store, not in the heap
            return;
        }
        if (policy > Integer.MAX_VALUE) {
            throw new UsageException("a policy of all weights has " + (policy >> 20)
                    + " MiB, but the log takes at most 2048 MiB: train an adapter, for example with --set actor.model.lora.rank=64, or store policies in"
                    + " a place that the actors can read, for example with --set weights.store=file:/FOLDER");
        }
        final long heap = HEAP_BYTES + policy * (2 + settings.rollout().actors());
        if (heap > Runtime.getRuntime().maxMemory()) {
            throw new UsageException("policies of " + (policy >> 20) + " MiB need a Java heap of about " + (heap >> 20)
                    + " MiB: set the environment variable JUDGE_HEAP=" + (heap >> 20)
                    + "m, or train an adapter, for example with --set actor.model.lora.rank=64");
        }
    }

    public ExampleSource source() {
        return source;
    }
}
