package org.mtrljudge.learner.prompts;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mtrljudge.tasks.ExampleSource;

/**
 * Back-pressure: at most (maxStaleness + 1) · batch prompts are outstanding. The credit of a prompt is held until its group is
 * LEARNED, not only scored, because a group also ages while it waits in the learner. Answers that arrive in order are therefore
 * never staler than maxStaleness. An answer that whole batches overtake is staler, and is left out. The window also distinguishes
 * first answers from duplicates, and knows which prompts the broker may have lost.
 */
public final class CreditWindow {
    private final int limit;
    private final Set<String> outstanding = new HashSet<>();
    // the number of the last sending, by prompt id, in the order of these numbers
    private final Map<String, Long> unanswered = new LinkedHashMap<>();
    private long sendings;
    private long newestAnswered;

    public CreditWindow(final int limit) {
        this.limit = limit;
    }

    public int credit() {
        return limit - outstanding.size();
    }

    /**
     * The credit at a pause, when all that has to be learned is learned. Prompts that are answered and still hold credit then are the dead
     * and stale prompts from before a restart, and nothing waits for them.
     */
    public int creditAtPause() {
        return limit - unanswered.size();
    }

    public int outstanding() {
        return outstanding.size();
    }

    /**
     * The ids of the unanswered prompts that the broker may have lost: those that were sent before a prompt that is answered, because
     * actors take prompts in order, and the newest one. While all services are away, nothing is overtaken. The answer to a copy of the
     * newest prompt then tells that the actors had all prompts before it.
     */
    public List<String> perhapsLost() {
        final List<String> ids = new ArrayList<>();
        for (final Iterator<Map.Entry<String, Long>> prompts =
                        unanswered.entrySet().iterator();
                prompts.hasNext(); ) {
            final Map.Entry<String, Long> prompt = prompts.next();
            if (prompt.getValue() < newestAnswered || !prompts.hasNext()) {
                ids.add(prompt.getKey());
            }
        }
        return ids;
    }

    public int unanswered() {
        return unanswered.size();
    }

    /**
     * Holds credit for a prompt. Some prompts more than the limit are accepted: the later orders of a question whose first order has the
     * last place.
     *
     * @throws IllegalStateException without credit, or when the id is already outstanding
     */
    public void publish(final String promptId) {
        if (creditAtPause() < 2 - ExampleSource.MAX_ORDERS) {
            throw new IllegalStateException("no credit left: " + unanswered.size() + " prompts are unanswered");
        }
        if (!outstanding.add(promptId)) {
            throw new IllegalStateException("prompt " + promptId + " is already outstanding");
        }
        sent(promptId);
    }

    /**
     * Holds credit for a prompt that was sent before a restart, even over the limit. The credit of such a prompt may have been free
     * before the restart, because its answer was dead or stale and no journal entry contains this yet.
     */
    public void resume(final String promptId) {
        outstanding.add(promptId);
        sent(promptId);
    }

    /** The outstanding prompt was sent once more. */
    public void sentAgain(final String promptId) {
        if (unanswered.containsKey(promptId)) {
            sent(promptId);
        }
    }

    private void sent(final String promptId) {
        unanswered.remove(promptId);
        unanswered.put(promptId, ++sendings);
    }

    /** Whether this is the first answer to an outstanding prompt. Any other answer is a duplicate. */
    public boolean answer(final String promptId) {
        final Long sending = unanswered.remove(promptId);
        newestAnswered = sending == null ? newestAnswered : Math.max(newestAnswered, sending);
        return sending != null;
    }

    /** Makes the credit of the prompt free. */
    public void release(final String promptId) {
        if (!outstanding.remove(promptId)) {
            throw new IllegalStateException("prompt " + promptId + " is not outstanding");
        }
        unanswered.remove(promptId);
    }
}
