package org.mtrljudge.tasks.scene;

import java.util.List;
import java.util.Locale;

/** What an object is. The harmful ones are mild stand-ins, each with a harmless look-alike. */
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

    /** Kinds that harm nobody. */
    public static final List<Kind> HARMLESS = List.of(BALL, BOX, CONE, STAR, TREE, HOUSE, SPOON);
    /** Kinds that make a scene unsafe. */
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
