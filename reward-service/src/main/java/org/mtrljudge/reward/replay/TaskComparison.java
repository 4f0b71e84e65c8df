package org.mtrljudge.reward.replay;

import java.util.List;
import org.mtrljudge.schemas.CompletionScore;

/** One task's rewards before and after. */
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

    /** Scores of one group, completion by completion. */
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

    /** Groups that were scored before and after. */
    public long groups() {
        return groups;
    }

    /** Of those groups. */
    public long completions() {
        return completions;
    }

    /** Completions whose reward is another now. */
    public long changed() {
        return changed;
    }

    /** Completions that would be pushed the other way: the sign of their advantage turned. */
    public long flipped() {
        return flipped;
    }

    /** Groups that were not scored before: dead letters then, or not reached yet. */
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
