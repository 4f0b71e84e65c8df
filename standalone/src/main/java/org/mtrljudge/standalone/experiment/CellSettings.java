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
 * The settings of the runs of an experiment.
 *
 * @param folder the folder that contains the folders of the runs
 */
public record CellSettings(Preset preset, Path folder) {

    /** The settings that the method of the run needs, and the model from which the run starts. */
    RunSettings of(final Cell cell) {
        final List<String> pairs = new ArrayList<>(preset.pairs(cell));
        if (cell.method() != Method.WARM_UP) {
            final Cell start = new Cell(Method.WARM_UP, null, cell.seed());
            if (of(start).learner().sft().steps() > 0) {
                pairs.add("model="
                        + folder.resolve(start.name()).resolve("checkpoints").resolve(Stage.WARMUP.key()));
            }
            // the warm-up run has already tested this model
            pairs.add("trainer.test_before_train=" + (cell.method().stage() == Stage.START));
        }
        if (cell.method() == Method.SFT_REASONED) {
            pairs.add("data.demonstrations=" + answers(cell));
        }
        return RunSettings.read(null, pairs);
    }

    /** The right answers of the unified RL run of this seed, which that run leaves behind. */
    Path answers(final Cell cell) {
        return folder.resolve(new Cell(Method.MT_RL_JUDGE, null, cell.seed()).name())
                .resolve("answers.jsonl");
    }

    /** The settings of the unified RL run with the first seed, for the values that are the same in all runs. */
    public RunSettings shared() {
        return of(new Cell(Method.MT_RL_JUDGE, null, preset.seeds().get(0)));
    }
}
