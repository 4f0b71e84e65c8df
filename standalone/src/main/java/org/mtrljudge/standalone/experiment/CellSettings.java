package org.mtrljudge.standalone.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.standalone.experiment.report.Cell;
import org.mtrljudge.standalone.experiment.report.Method;
import org.mtrljudge.standalone.experiment.report.Preset;
import org.mtrljudge.standalone.run.RunSettings;

/**
 * The settings of an experiment's runs.
 *
 * @param folder where the runs' folders lie
 */
public record CellSettings(Preset preset, Path folder) {

    /** What a run's method asks for, and the model it begins with. */
    RunSettings of(final Cell cell) {
        final List<String> pairs = new ArrayList<>(preset.pairs(cell));
        if (cell.method() != Method.WARM_UP) {
            final Cell start = new Cell(Method.WARM_UP, null, cell.seed());
            if (of(start).learner().sft().steps() > 0) {
                pairs.add("model="
                        + folder.resolve(start.name()).resolve("checkpoints").resolve(Stage.WARMUP.key()));
            }
            pairs.add("trainer.test_before_train=false"); // the warm-up's run has tested that
        }
        return RunSettings.read(null, pairs);
    }

    /** Of the unified RL run with the first seed: what is the same in all runs can be read there. */
    public RunSettings shared() {
        return of(new Cell(Method.MT_RL_JUDGE, null, preset.seeds().get(0)));
    }
}
