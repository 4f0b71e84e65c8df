package org.mtrljudge.learner.prompts;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Back-pressure: at most (maxStaleness + 1) · batch prompts are outstanding. The credit of a prompt is held until its group is
 * LEARNED, not only scored, because a group also ages while it waits in the learner. Answers that arrive in order are therefore
 * never staler than maxStaleness. An answer that whole batches overtake is staler, and is left out. The window also distinguishes
 * first answers from duplicates.
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

    /** The ids of the prompts without an answer. */
    public List<String> unansweredIds() {
        return answered.entrySet().stream()
                .filter(prompt -> !prompt.getValue())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    public int unanswered() {
        return (int) answered.values().stream().filter(a -> !a).count();
    }

    /** @throws IllegalStateException without credit, or when the id is already outstanding */
    public void publish(final String promptId) {
        if (credit() <= 0) {
            throw new IllegalStateException("no credit left: " + limit + " prompts are outstanding");
        }
        if (answered.putIfAbsent(promptId, false) != null) {
            throw new IllegalStateException("prompt " + promptId + " is already outstanding");
        }
    }

    /**
     * Holds credit for a prompt that was sent before a restart, even over the limit. The credit of such a prompt may have been free
     * before the restart, because its answer was dead or stale and no journal entry contains this yet.
     */
    public void resume(final String promptId) {
        answered.put(promptId, false);
    }

    /** Whether this is the first answer to an outstanding prompt. Any other answer is a duplicate. */
    public boolean answer(final String promptId) {
        return Boolean.FALSE.equals(answered.replace(promptId, true));
    }

    /** Makes the credit of the prompt free. */
    public void release(final String promptId) {
        if (answered.remove(promptId) == null) {
            throw new IllegalStateException("prompt " + promptId + " is not outstanding");
        }
    }
}
