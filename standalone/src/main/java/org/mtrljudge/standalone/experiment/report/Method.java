package org.mtrljudge.standalone.experiment.report;

import java.util.Locale;
import org.mtrljudge.learner.event.Stage;

/** How a judge is trained: the paper's methods, and the warm-up from which all of them begin. */
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

    /** As the paper calls it. */
    public String title() {
        return title;
    }

    /** Whether it trains one judge for each task. */
    public boolean isSingle() {
        return single;
    }

    /** The stage of a run after which its test counts. */
    public Stage stage() {
        return stage;
    }

    /** In names of runs: rl-single. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
