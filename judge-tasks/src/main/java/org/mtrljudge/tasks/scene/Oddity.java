package org.mtrljudge.tasks.scene;

/** An impossible property of an object. */
public enum Oddity {
    NONE("none"),
    FLOATING("float"),
    WRONG_SHADOW("shadow"),
    HUGE("scale"),
    TINY("scale");

    private final String word;

    Oddity(final String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
