package org.mtrljudge.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.learner.report.EvaluationReport;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.run.Logs;
import org.mtrljudge.standalone.run.Origin;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunExecution;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.standalone.run.StandaloneRun;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "eval",
        description =
                "Lets a model judge a split, with the same actors as in training. Reports macro-F1, accuracy, precision and recall,"
                        + " format, both orders of pairs, agreement of samples, and correlation with people's grades if the data has them.")
final class EvalCommand implements Callable<Integer> {
    private static final String PHASE = "evaluation";

    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private ModelOption model = new ModelOption();

    @Option(
            names = "--tasks",
            paramLabel = "TASK",
            split = ",",
            description = "only these tasks; default: all tasks of the split")
    private List<String> tasks = new ArrayList<>();

    @Option(
            names = "--samples",
            paramLabel = "K",
            description =
                    "completions per prompt, at rollout.temperature; their majority counts; default: one greedy completion")
    private int samples = 1;

    @Option(names = "--split", description = "the split: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Split split = Split.TEST;

    @Override
    public Integer call() {
        if (samples < 1 || samples > 1024) {
            throw new UsageException("--samples is " + samples + ", allowed is 1 to 1024");
        }
        final RunSettings settings = model.settings(options).forSamples(samples);
        try {
            LearnerSettings.checkGroup(samples, settings.learner().data().maxResponseLength());
        } catch (final IllegalArgumentException e) {
            throw new UsageException("--samples is too large: " + e.getMessage());
        }
        final RunExecution execution = new RunExecution(settings, null);
        final ExampleSource source = execution.source();
        final EvaluationPlan plan = new EvaluationPlan(
                split,
                chosen(source.tasks(split)),
                samples,
                settings.learner().rollout().temperature(),
                settings.learner().trainer().seed(),
                settings.learner().data().maxResponseLength());
        final RunDirectory directory = execution.create(options.runs(), options.runName("eval"), Origin.NEW);
        Logs.to(directory.path().resolve("judge.log"));
        System.out.println("run " + directory.path());
        final EvaluationReport report;
        try (Interruption interruption = new Interruption()) {
            report = evaluate(settings, directory, source, plan, interruption);
        }
        System.out.print(report.toTable());
        System.out.println(
                "see " + directory.path() + "/evaluation.json and judgements.jsonl; rollouts: ./judge inspect --run "
                        + directory.run() + " --purpose EVAL");
        return 0;
    }

    private List<String> chosen(final List<String> there) {
        for (final String task : tasks) {
            if (!there.contains(task)) {
                throw new UsageException(
                        "the " + split.lowerName() + " split has no task '" + task + "', its tasks are " + there);
            }
        }
        return tasks.isEmpty() ? there : tasks;
    }

    private static EvaluationReport evaluate(
            final RunSettings settings,
            final RunDirectory directory,
            final ExampleSource source,
            final EvaluationPlan plan,
            final Interruption interruption) {
        final Progress progress = Progress.onStandardOutput();
        final StandaloneRun run = new StandaloneRun(settings, directory, source, null, progress, interruption::wanted);
        return run.evaluate(plan, evaluator -> {
            evaluator.begin();
            progress.phaseStarted(PHASE, evaluator.size());
            final long start = System.nanoTime();
            final List<Judgement> judgements = evaluator.run(done -> progress.progressed(PHASE, done, Map.of()));
            final double seconds = (System.nanoTime() - start) / 1e9;
            progress.phaseEnded(PHASE);
            final EvaluationReport report =
                    new EvaluationReport(judgements, seconds, settings.rollout().actors());
            write(directory.path().resolve("judgements.jsonl"), judgements);
            directory.writeJson("evaluation.json", report.toMap());
            return report;
        });
    }

    private static void write(final Path file, final List<Judgement> judgements) {
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (final Judgement judgement : judgements) {
                lines.write(Mappers.JSON.writeValueAsString(judgement) + "\n");
            }
        } catch (final IOException e) {
            throw new RunException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
