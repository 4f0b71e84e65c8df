package org.mtrljudge.learner.event;

import java.util.Locale;
import org.mtrljudge.schemas.TrainingStep;

/** What made the policy version of a journal entry; the entry's {@code phase} is its key. */
public enum JournalKind {
    /** The weights a run begins with. */
    INIT,
    /** The weights a fork begins with. */
    FORKED,
    WARMUP,
    RL,
    /** The best weights on validation, after RL. */
    BEST,
    /** Weights that were computed again after a restart and came out differently. */
    RESUMED,
    /** The weights of a model that is only evaluated. */
    EVAL;

    /** As the journal has it: in lower case. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether an entry is of this kind. Entries of kinds that this build does not know are of none. */
    public boolean isOf(final TrainingStep entry) {
        return entry.getPhase().equals(key());
    }
}
