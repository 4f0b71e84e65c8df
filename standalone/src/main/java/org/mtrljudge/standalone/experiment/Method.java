package org.mtrljudge.standalone.experiment;

import java.util.Locale;

/** How a judge is trained: the paper's methods, and the warm-up from which all of them begin. */
public enum Method {
    WARM_UP("after warm-up", false, "warmup"),
    MT_RL_JUDGE("MT-RL-Judge", false, "rl"),
    SFT_UNIFIED("SFT-Unified", false, "warmup"),
    RL_SINGLE("RL-Single", true, "rl"),
    SFT_SINGLE("SFT-Single", true, "warmup");

    private final String title;
    private final boolean single;
    private final String stage;

    Method(final String title, final boolean single, final String stage) {
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
    public String stage() {
        return stage;
    }

    /** In names of runs: rl-single. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
