package org.mtrljudge.tasks;

import java.util.Locale;

/** The three parts of a data set; a scene belongs to one of them only. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST;

    /** Its name in ids and files. */
    public String lowerName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
