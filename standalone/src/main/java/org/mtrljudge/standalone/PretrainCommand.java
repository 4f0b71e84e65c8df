package org.mtrljudge.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import org.mtrljudge.learner.SftSettings;
import org.mtrljudge.learner.SftTrainer;
import org.mtrljudge.model.AdamW;
import org.mtrljudge.model.JudgeFolder;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.JudgeModule;
import org.mtrljudge.model.WeightType;
import org.mtrljudge.tasks.builtin.Descriptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pretrain",
        description =
                "Makes the judge-tiny that ships with the code: teaches fresh weights to describe training scenes.")
final class PretrainCommand implements Callable<Integer> {
    private static final int PICTURES = 2_000_000;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the checkpoint folder to write")
    private Path out = Path.of(".");

    @Option(names = "--steps", description = "updates of 64 pictures (default: ${DEFAULT-VALUE})")
    private int steps = 3000;

    @Option(names = "--seed", description = "of weights and pictures (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new UsageException(out + " is there already: name a new folder");
        }
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        final Progress progress = new Progress(Progress.onTerminal(), System.out, Clock.systemUTC());
        final SftSettings settings = new SftSettings(steps, 64, PICTURES, 1.5e-3, 0);
        try (JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), seed);
                SftTrainer trainer = new SftTrainer(
                        model,
                        settings,
                        new AdamW.Settings(0.01, 0.9, 0.98, 1e-8, 1.0),
                        new Descriptions(seed, PICTURES),
                        seed)) {
            progress.phaseStarted("pretrain", steps);
            for (int step = 0; step < steps; step++) {
                final double loss = trainer.step((double) step / steps);
                progress.progressed("pretrain", step + 1, Map.of("sft/loss", loss));
            }
            progress.phaseEnded("pretrain");
            model.save(out, WeightType.BF16);
        }
        return 0;
    }
}
