package org.mtrljudge.learner.event;

/** The stages of a run, in their order. A checkpoint's {@code learner.json} has them by their constants' names. */
public enum Stage {
    /** Before any training: the weights a run begins with. */
    START("base"),
    WARMUP("warmup"),
    RL("rl");

    private final String key;

    Stage(final String key) {
        this.key = key;
    }

    /** What names the stage's phase, its test and its best checkpoint in files and in prompt ids: base, warmup, rl. */
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
