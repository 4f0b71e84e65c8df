package org.mtrljudge.tasks.scene;

import java.util.Locale;

/** The third of the scene an object stands in. */
public enum Place {
    LEFT,
    MIDDLE,
    RIGHT;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
