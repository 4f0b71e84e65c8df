package org.mtrljudge.standalone.experiment.report;

import java.util.Locale;
import org.mtrljudge.learner.event.Stage;

/** The training methods of a judge: the methods of the paper, and the warm-up from which all methods start. */
public enum Method {
    WARM_UP("after warm-up", false, Stage.WARMUP),
    MT_RL_JUDGE("MT-RL-Judge", false, Stage.RL),
    SFT_UNIFIED("SFT-Unified", false, Stage.WARMUP),
    RL_SINGLE("RL-Single", true, Stage.RL),
    SFT_SINGLE("SFT-Single", true, Stage.WARMUP);

    private final String title;
    private final boolean single;
    private final Stage stage;

    Method(final String title, final boolean single, final Stage stage) {
        this.title = title;
        this.single = single;
        this.stage = stage;
    }

    /** The name in the paper. */
    public String title() {
        return title;
    }

    /** Whether the method trains one judge per task. */
    public boolean isSingle() {
        return single;
    }

    /** The stage of a run whose test counts. */
    public Stage stage() {
        return stage;
    }

    /** The key in the names of runs, for example rl-single. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
