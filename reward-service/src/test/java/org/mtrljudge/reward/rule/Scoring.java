package org.mtrljudge.reward.rule;

import java.util.List;
import java.util.stream.Stream;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;

/** Verifies and scores completions that are compared with no other group. */
public final class Scoring {
    private Scoring() {}

    /** @param otherOrders the completions at the same index in the groups of the other orders */
    public static TaskReward.Scored score(
            final TaskReward reward, final Judged completion, final Judged... otherOrders) {
        return reward.score(
                completion,
                verify(reward, completion),
                Stream.of(otherOrders).map(other -> verify(reward, other)).toList(),
                0);
    }

    private static Verification verify(final TaskReward reward, final Judged completion) {
        return reward.verify(prompt(completion), List.of(completion), 0).get(0);
    }

    /** The prompt of a completion. */
    public static PromptRequest prompt(final Judged completion) {
        return new PromptRequest(
                "p",
                completion.task(),
                "a ball?",
                List.of(),
                completion.reference(),
                completion.labels(),
                1,
                new Sampling(1.0, 1.0, 64, 1L),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
    }
}
