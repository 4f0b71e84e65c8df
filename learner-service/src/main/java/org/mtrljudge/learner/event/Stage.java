package org.mtrljudge.learner.event;

/** The stages of a run, in their order. {@code learner.json} in a checkpoint contains the names of these constants. */
public enum Stage {
    /** Before any training: the initial weights of a run. */
    START("base"),
    WARMUP("warmup"),
    RL("rl");

    private final String key;

    Stage(final String key) {
        this.key = key;
    }

    /** The name of the stage's phase, test and best checkpoint in files and in prompt ids: base, warmup, rl. */
    public String key() {
        return key;
    }

    /** @throws LearnerException when no stage has this key */
    public static Stage of(final String key) {
        for (final Stage stage : values()) {
            if (stage.key.equals(key)) {
                return stage;
            }
        }
        throw new LearnerException("there is no stage '" + key + "', only base, warmup and rl");
    }
}
