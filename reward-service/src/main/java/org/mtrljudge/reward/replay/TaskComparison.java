package org.mtrljudge.reward.replay;

import java.util.List;
import org.mtrljudge.schemas.CompletionScore;

/** The earlier and the new rewards of one task. */
public final class TaskComparison {
    private static final double SAME = 1e-9;
    private final RewardPairs rewards = new RewardPairs();
    private long groups;
    private long completions;
    private long changed;
    private long flipped;
    private long newGroups;
    private double beforeSum;
    private double afterSum;

    /** Adds the scores of one group, completion by completion. */
    void add(final List<CompletionScore> before, final List<CompletionScore> after) {
        groups++;
        for (int i = 0; i < after.size(); i++) {
            final double was = before.get(i).getTotal();
            final double is = after.get(i).getTotal();
            completions++;
            beforeSum += was;
            afterSum += is;
            changed += Math.abs(is - was) > SAME ? 1 : 0;
            flipped += before.get(i).getAdvantage() * after.get(i).getAdvantage() < 0 ? 1 : 0;
            rewards.add(was, is);
        }
    }

    void addNew() {
        newGroups++;
    }

    /** The number of groups that have an earlier and a new score. */
    public long groups() {
        return groups;
    }

    /** The number of completions in these groups. */
    public long completions() {
        return completions;
    }

    /** The number of completions whose reward has changed. */
    public long changed() {
        return changed;
    }

    /** The number of completions whose advantage has changed its sign: training would push them in the opposite direction. */
    public long flipped() {
        return flipped;
    }

    /** The number of groups that have no earlier score: they were dead letters, or the run had not reached them. */
    public long newGroups() {
        return newGroups;
    }

    public double meanBefore() {
        return beforeSum / completions;
    }

    public double meanAfter() {
        return afterSum / completions;
    }

    public RewardPairs rewards() {
        return rewards;
    }
}
