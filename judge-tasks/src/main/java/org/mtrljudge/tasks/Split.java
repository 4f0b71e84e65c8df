package org.mtrljudge.tasks;

import java.util.Locale;

/** The three parts of a data set. A scene belongs to only one of them. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST;

    /** The name of the split in ids and files. */
    public String lowerName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
