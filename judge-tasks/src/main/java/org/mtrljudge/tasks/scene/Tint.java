package org.mtrljudge.tasks.scene;

import java.awt.Color;
import java.util.Locale;

/** The colour of an object. */
public enum Tint {
    RED(214, 40, 40),
    GREEN(40, 160, 60),
    BLUE(40, 80, 210),
    YELLOW(235, 200, 30),
    PURPLE(140, 50, 170);

    private final Color color;

    Tint(final int red, final int green, final int blue) {
        this.color = new Color(red, green, blue);
    }

    Color color() {
        return color;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
