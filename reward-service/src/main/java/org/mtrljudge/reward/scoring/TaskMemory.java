package org.mtrljudge.reward.scoring;

import java.util.List;
import org.mtrljudge.reward.rule.GroupScores;

/** What scoring remembers of the earlier groups of each task. */
public interface TaskMemory {
    /** The divisor of the advantages of a group with this reward variance, which it remembers. */
    double divisor(String task, double variance);

    /** The earlier groups that the scores of the task are compared with, the oldest first. */
    List<GroupScores> earlier(String task);

    /** Replaces the earlier groups of the task. */
    void remember(String task, List<GroupScores> groups);
}
