package org.mtrljudge.standalone.experiment.report;

import java.util.List;
import java.util.Locale;
import org.mtrljudge.learner.event.Stage;

/**
 * The training methods of a judge: the warm-up from which all methods start, the methods of the paper, and ablations of them. The settings
 * of each are those of the preset; a method that the preset does not name is not run.
 */
public enum Method {
    WARM_UP("after warm-up", false, Stage.WARMUP),
    MT_RL_JUDGE("MT-RL-Judge", false, Stage.RL),
    SFT_UNIFIED("SFT-Unified", false, Stage.WARMUP),
    RL_SINGLE("RL-Single", true, Stage.RL),
    SFT_SINGLE("SFT-Single", true, Stage.WARMUP),
    /** Nothing is trained. The prompts ask for a label without thoughts, as those of SFT on labels do. */
    LABEL_ONLY("off the shelf, label only", false, Stage.START),
    /** SFT with thoughts, on the right answers of the unified RL run: rejection sampling. */
    SFT_REASONED("SFT on RL's answers", false, Stage.WARMUP),
    /** RL on answers without thoughts. */
    RL_LABEL_ONLY("RL, label only", false, Stage.RL),
    /** The format has no part in the reward. */
    RL_ALPHA_0("RL, α = 0", false, Stage.RL),
    /** The format is half of the reward. */
    RL_ALPHA_50("RL, α = 0.5", false, Stage.RL);

    /** The order in the tables of a report. */
    static final List<Method> IN_TABLES = List.of(
            LABEL_ONLY,
            SFT_SINGLE,
            SFT_UNIFIED,
            SFT_REASONED,
            RL_SINGLE,
            MT_RL_JUDGE,
            RL_LABEL_ONLY,
            RL_ALPHA_0,
            RL_ALPHA_50);

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
        return setting().replace('_', '-');
    }

    /** The key in presets, for example rl_single. */
    public String setting() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The methods that train one judge for all tasks, in the order of the tables. */
    static List<Method> unified() {
        return IN_TABLES.stream()
                .filter(method -> !method.single && method.stage != Stage.START)
                .toList();
    }
}
