package org.mtrljudge.standalone;

import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.TrainingResult;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JsonlData;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "train",
        description =
                "Warm up, learn by reinforcement, test: the whole loop in this process. Without options: the quickstart.")
final class TrainCommand implements Callable<Integer> {
    private static final long NEEDED_BYTES = 2L << 30;

    @Option(names = "--config", paramLabel = "FILE", description = "a YAML file with the settings that differ")
    private @Nullable Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "one setting, as in rollout.n=16")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--seed", description = "short for --set trainer.seed=…")
    private @Nullable Long seed;

    @Option(names = "--data", paramLabel = "FILE", description = "your own data.jsonl instead of the built-in tasks")
    private @Nullable Path data;

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description = "the run's name and topic prefix; default: train-DATE-TIME")
    private @Nullable String run;

    @Option(names = "--runs", paramLabel = "DIR", description = "where runs are kept (default: ${DEFAULT-VALUE})")
    private Path runs = Path.of("runs");

    @Override
    public Integer call() {
        final long start = System.nanoTime();
        final RunSettings settings = SettingsReader.read(config, allOverrides());
        final ExampleSource source = source(settings);
        final String name = run != null
                ? run
                : "train-" + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
        Models.folder(settings.model());
        final RunDirectory directory = RunDirectory.create(runs, name, NEEDED_BYTES);
        directory.write("settings.yaml", SettingsReader.write(settings));
        Logs.to(directory.path().resolve("judge.log"));
        System.out.println("run " + directory.path());
        final MetricsLog metrics = new MetricsLog(
                directory.path().resolve("metrics.jsonl"),
                new Progress(Progress.onTerminal(), System.out, Clock.systemUTC()));
        final TrainingResult result = new StandaloneRun(settings, directory, source, metrics).run();
        final Summary summary = new Summary(result, (System.nanoTime() - start) / 1e9);
        directory.writeJson("summary.json", summary.toMap());
        System.out.print(summary.toTable());
        if (!Curves.draw(metrics.rlSteps(), directory.path())) {
            System.out.println("no curves: this JDK finds no fonts (install fontconfig and a font)");
        }
        System.out.println("see " + directory.path() + "/summary.json, *.png; ./judge inspect --run " + name);
        return 0;
    }

    private List<String> allOverrides() {
        final List<String> all = new ArrayList<>(overrides);
        if (seed != null) {
            all.add("trainer.seed=" + seed);
        }
        if (data != null) {
            all.add("data.file=" + data);
        }
        return all;
    }

    static ExampleSource source(final RunSettings settings) {
        final RunSettings.Data d = settings.data();
        return d.file() != null
                ? JsonlData.read(Path.of(d.file()))
                : new BuiltInTasks(d.seed(), d.trainSize(), d.validationSize(), d.testSize());
    }
}
