package org.mtrljudge.learner.prompts;

import java.util.HashMap;
import java.util.Map;

/**
 * Back-pressure: at most (maxStaleness + 1) · batch prompts are out. A prompt's credit is held until its group is LEARNED, not
 * merely scored: what waits in the learner's hands ages too. Answers that come in order are then never staler than that; one that
 * is overtaken by whole batches is, and is left out. Also tells a first answer from a duplicate.
 */
public final class CreditWindow {
    private final int limit;
    private final Map<String, Boolean> answered = new HashMap<>();

    public CreditWindow(final int limit) {
        this.limit = limit;
    }

    public int credit() {
        return limit - answered.size();
    }

    public int outstanding() {
        return answered.size();
    }

    public int unanswered() {
        return (int) answered.values().stream().filter(a -> !a).count();
    }

    /** @throws IllegalStateException without credit, or when the id is already out */
    public void publish(final String promptId) {
        if (credit() <= 0) {
            throw new IllegalStateException("no credit left: " + limit + " prompts are outstanding");
        }
        if (answered.putIfAbsent(promptId, false) != null) {
            throw new IllegalStateException("prompt " + promptId + " is already outstanding");
        }
    }

    /**
     * Holds credit for a prompt that was asked before a restart, over the limit if need be: among those may be some whose credit was
     * free again, for a dead or a stale answer that no journal entry tells of yet.
     */
    public void resume(final String promptId) {
        answered.put(promptId, false);
    }

    /** Whether this is the first answer to a prompt that is out; anything else is a duplicate. */
    public boolean answer(final String promptId) {
        return Boolean.FALSE.equals(answered.replace(promptId, true));
    }

    /** Gives the credit back. */
    public void release(final String promptId) {
        if (answered.remove(promptId) == null) {
            throw new IllegalStateException("prompt " + promptId + " is not outstanding");
        }
    }
}
