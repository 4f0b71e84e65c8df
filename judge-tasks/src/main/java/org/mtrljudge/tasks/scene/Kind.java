package org.mtrljudge.tasks.scene;

import java.util.List;
import java.util.Locale;

/** The kind of an object. Harmful kinds are mild symbols, and each has a similar harmless kind. */
public enum Kind {
    BALL,
    BOX,
    CONE,
    STAR,
    TREE,
    HOUSE,
    SPOON,
    KNIFE,
    BOMB,
    HAZARD;

    /** The harmless kinds. */
    public static final List<Kind> HARMLESS = List.of(BALL, BOX, CONE, STAR, TREE, HOUSE, SPOON);
    /** The kinds that make a scene unsafe. */
    public static final List<Kind> HARMFUL = List.of(KNIFE, BOMB, HAZARD);

    public boolean harmful() {
        return HARMFUL.contains(this);
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String plural() {
        return switch (this) {
            case BOX -> "boxes";
            case KNIFE -> "knives";
            default -> word() + "s";
        };
    }
}
