package org.mtrljudge.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.SftSettings;
import org.mtrljudge.learner.SftTrainer;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.service.UsageException;
import org.mtrljudge.tasks.builtin.Descriptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pretrain",
        description =
                "Makes the judge-tiny that ships with the code: teaches fresh weights to describe training scenes.")
final class PretrainCommand implements Callable<Integer> {
    private static final double LOOKUP_SHARE = 0.6;
    private static final int PICTURES = 2_000_000;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the checkpoint folder to write")
    private Path out = Path.of(".");

    @Option(names = "--describe-steps", description = "updates that describe only (default: ${DEFAULT-VALUE})")
    private int describeSteps = 3000;

    @Option(
            names = "--lookup-steps",
            description =
                    "updates after them, most of them looking a text up in the picture (default: ${DEFAULT-VALUE})")
    private int lookupSteps = 3000;

    @Option(names = "--from", paramLabel = "DIR", description = "go on from this checkpoint instead of fresh weights")
    private @Nullable Path from;

    @Option(names = "--seed", description = "of weights and pictures (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new UsageException(out + " is there already: name a new folder");
        }
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        try (JudgeModel model = from == null
                ? JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), seed)
                : JudgeModel.load(JudgeFolder.open(from))) {
            stage(model, "describe", describeSteps, 1.5e-3, 0);
            stage(model, "look up", lookupSteps, 8e-4, LOOKUP_SHARE);
            model.save(out, WeightType.BF16);
        }
        return 0;
    }

    private void stage(
            final JudgeModel model, final String name, final int steps, final double lr, final double lookupShare) {
        if (steps == 0) {
            return;
        }
        final Progress progress = new Progress(Progress.onTerminal(), System.out, Clock.systemUTC());
        final SftSettings settings = new SftSettings(false, steps, 64, PICTURES, lr, 0, 0, 0);
        final AdamW.Settings adamW = new AdamW.Settings(0.01, 0.9, 0.98, 1e-8, 1.0);
        try (SftTrainer trainer =
                new SftTrainer(model, settings, adamW, new Descriptions(seed, PICTURES, lookupShare), seed)) {
            progress.phaseStarted(name, steps);
            for (int step = 0; step < steps; step++) {
                final double loss = trainer.step((double) step / steps);
                progress.progressed(name, step + 1, Map.of("sft/loss", loss));
            }
            progress.phaseEnded(name);
        }
    }
}
