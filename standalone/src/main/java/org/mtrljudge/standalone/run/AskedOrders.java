package org.mtrljudge.standalone.run;

import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/**
 * Compares the number of orders in which the data asks a question with the number that its reward needs. With fewer, the groups would wait
 * until their limit; with more, any of them would be scored together.
 */
final class AskedOrders {
    private AskedOrders() {}

    /** @throws UsageException that names the task and an example */
    static void check(final ExampleSource source, final RewardSet rewards) {
        for (final String task : source.tasks(Split.TRAIN)) {
            final @Nullable TaskReward reward = rewards.tasks().getOrDefault(task, rewards.defaults());
            if (reward != null && reward.orders() > 1) {
                check(source, task, reward.orders());
            }
        }
    }

    private static void check(final ExampleSource source, final String task, final int needed) {
        for (int i = 0; i < source.size(task, Split.TRAIN); i++) {
            final int asked = 1 + source.otherOrders(task, Split.TRAIN, i).size();
            if (asked != needed) {
                throw new UsageException("position_consistency of task " + task + " needs every question in " + needed
                        + " orders, but the data asks "
                        + source.example(task, Split.TRAIN, i).id() + " in " + asked
                        + ": give the lines of a question the same \"pair\", or change the reward set");
            }
        }
    }
}
