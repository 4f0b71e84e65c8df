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
    private int unanswered;

    public CreditWindow(final int limit) {
        this.limit = limit;
    }

    public int credit() {
        return limit - answered.size();
    }

    /**
     * The credit at a pause, when all that has to be learned is learned. Prompts that are answered and still hold credit then are the dead
     * and stale prompts from before a restart, and nothing waits for them.
     */
    public int creditAtPause() {
        return limit - unanswered;
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
        return unanswered;
    }

    /** @throws IllegalStateException without credit, or when the id is already outstanding */
    public void publish(final String promptId) {
        if (creditAtPause() <= 0) {
            throw new IllegalStateException("no credit left: " + limit + " prompts are unanswered");
        }
        if (answered.putIfAbsent(promptId, false) != null) {
            throw new IllegalStateException("prompt " + promptId + " is already outstanding");
        }
        unanswered++;
    }

    /**
     * Holds credit for a prompt that was sent before a restart, even over the limit. The credit of such a prompt may have been free
     * before the restart, because its answer was dead or stale and no journal entry contains this yet.
     */
    public void resume(final String promptId) {
        if (!Boolean.FALSE.equals(answered.put(promptId, false))) {
            unanswered++;
        }
    }

    /** Whether this is the first answer to an outstanding prompt. Any other answer is a duplicate. */
    public boolean answer(final String promptId) {
        final boolean first = Boolean.FALSE.equals(answered.replace(promptId, true));
        unanswered -= first ? 1 : 0;
        return first;
    }

    /** Makes the credit of the prompt free. */
    public void release(final String promptId) {
        final Boolean wasAnswered = answered.remove(promptId);
        if (wasAnswered == null) {
            throw new IllegalStateException("prompt " + promptId + " is not outstanding");
        }
        unanswered -= wasAnswered ? 0 : 1;
    }
}
