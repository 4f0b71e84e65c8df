package org.mtrljudge.tasks.scene;

/** A technical flaw of a picture. */
public enum Distortion {
    NONE("none"),
    BLUR("blur"),
    NOISE("noise"),
    BLOCKS("blocks"),
    DARK("dark"),
    BRIGHT("bright");

    private final String word;

    Distortion(final String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
