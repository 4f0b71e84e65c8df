package org.mtrljudge.tasks.scene;

import java.util.Locale;

/** The third of the scene in which an object is. */
public enum Place {
    LEFT,
    MIDDLE,
    RIGHT;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
