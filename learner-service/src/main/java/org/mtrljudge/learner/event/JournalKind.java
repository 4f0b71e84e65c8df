package org.mtrljudge.learner.event;

import java.util.Locale;
import org.mtrljudge.schemas.TrainingStep;

/** The reason for the policy version of a journal entry. The {@code phase} of the entry is the key of this value. */
public enum JournalKind {
    /** The initial weights of a run. */
    INIT,
    /** The initial weights of a fork. */
    FORKED,
    WARMUP,
    RL,
    /** The best weights on validation, after RL. */
    BEST,
    /** Weights that were computed again after a restart and differ from the weights in the log. */
    RESUMED,
    /** The weights of a model that is only evaluated. */
    EVAL;

    /** The key in the journal: the name in lower case. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether an entry is of this kind. An entry of a kind that is unknown to this build is of none of these kinds. */
    public boolean isOf(final TrainingStep entry) {
        return entry.getPhase().equals(key());
    }
}
