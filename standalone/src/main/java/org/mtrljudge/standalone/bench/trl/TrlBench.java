package org.mtrljudge.standalone.bench.trl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.standalone.bench.Quiet;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.standalone.run.StandaloneRun;
import org.mtrljudge.tasks.ExampleSource;

/** Runs our loop through Kafka, then the trainer of TRL on the same prompts. */
public final class TrlBench {
    private final TrlPlan plan;
    private final TrlPeer peer;
    private final Consumer<String> progress;

    /** @param progress receives one line at the start of each part */
    public TrlBench(final TrlPlan plan, final TrlPeer peer, final Consumer<String> progress) {
        this.plan = plan;
        this.peer = peer;
        this.progress = progress;
    }

    /**
     * Measures both sides.
     *
     * @throws org.mtrljudge.settings.UsageException when TRL is missing in the Python; nothing has run then
     */
    public TrlReport run() throws IOException {
        final Path folder = Files.createTempDirectory("judge-trl");
        try {
            final String versions = peer.versions(folder);
            final String checkpoint = checkpoint(folder);
            final RunSettings settings = RunSettings.read(null, plan.runSettings(checkpoint));
            final AskedPrompts asked = new AskedPrompts(settings.data().source());
            final StepClock clock = new StepClock();
            progress.accept("our loop through Kafka: " + plan.ourSteps() + " steps …");
            train(folder, "ours", settings, asked, clock);
            final Path prompts = folder.resolve("prompts.jsonl");
            asked.write(prompts, plan.trlSteps() * plan.prompts());
            progress.accept("TRL: " + plan.trlSteps() + " steps …");
            final List<TrlStep> theirs = peer.train(plan, checkpoint, prompts);
            return new TrlReport(plan, versions, measured(clock.steps()), measured(theirs));
        } finally {
            Folders.delete(folder);
        }
    }

    private List<TrlStep> measured(final List<TrlStep> steps) {
        return steps.subList(plan.unmeasured(), plan.unmeasured() + plan.steps());
    }

    private String checkpoint(final Path folder) {
        final String model = plan.model();
        if (model != null) {
            return model;
        }
        progress.accept("warming the checkpoint up …");
        final RunSettings settings = RunSettings.read(null, plan.warmUpSettings());
        final RunDirectory run = train(
                folder, "warmup", settings, new AskedPrompts(settings.data().source()), new Quiet());
        return run.checkpoints().resolve("warmup").toString();
    }

    private static RunDirectory train(
            final Path runs,
            final String name,
            final RunSettings settings,
            final ExampleSource source,
            final TrainingListener listener) {
        final RunDirectory directory = RunDirectory.create(runs, name, 0);
        new StandaloneRun(settings, directory, source, null, listener, () -> false).run();
        return directory;
    }
}
