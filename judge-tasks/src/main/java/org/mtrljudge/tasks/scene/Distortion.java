package org.mtrljudge.tasks.scene;

import java.util.List;

/** A technical flaw of a picture. */
public enum Distortion {
    NONE("none"),
    BLUR("blur"),
    NOISE("noise"),
    BLOCKS("blocks"),
    DARK("dark"),
    BRIGHT("bright");

    /** All but none. */
    public static final List<Distortion> FLAWS = List.of(BLUR, NOISE, BLOCKS, DARK, BRIGHT);

    private final String word;

    Distortion(final String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
