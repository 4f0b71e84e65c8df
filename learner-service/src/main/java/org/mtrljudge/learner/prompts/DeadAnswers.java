package org.mtrljudge.learner.prompts;

import java.util.ArrayDeque;
import java.util.Deque;

/** The share of dead prompts among the last answers. When everything dies, fresh prompts only add to the damage. */
public final class DeadAnswers {
    private final double maxRatio;
    private final int window;
    private final Deque<Boolean> last = new ArrayDeque<>();
    private int dead;

    /**
     * @param maxRatio the largest share that is accepted, 0..1
     * @param window the number of last answers that count; before so many answers there is no judgement
     */
    public DeadAnswers(final double maxRatio, final int window) {
        this.maxRatio = maxRatio;
        this.window = window;
    }

    /** @return whether too many of the last answers are dead */
    public boolean add(final boolean isDead) {
        last.add(isDead);
        dead += isDead ? 1 : 0;
        if (last.size() > window) {
            dead -= last.remove() ? 1 : 0;
        }
        return last.size() == window && dead > maxRatio * window;
    }

    /**
     * One of the last answers, which counted as live, turned out to be dead.
     *
     * @return whether too many of the last answers are dead
     */
    public boolean turnDead() {
        last.removeLastOccurrence(false);
        return add(true);
    }

    /** The number of dead prompts among the last answers. */
    public int dead() {
        return dead;
    }
}
