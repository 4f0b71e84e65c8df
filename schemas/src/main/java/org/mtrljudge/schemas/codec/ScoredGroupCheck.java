package org.mtrljudge.schemas.codec;

import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;

/**
 * Refuses a scored group whose parts do not fit together, as a record that cannot be read. Its readers (the learner, a replay, an audit,
 * a report) go through scores, completions, tokens and log-probabilities side by side.
 */
final class ScoredGroupCheck {
    private ScoredGroupCheck() {}

    /** @throws SerializationException that says what does not fit */
    static void check(final ScoredGroup group) {
        final List<Completion> completions = group.getRollout().getCompletions();
        final List<CompletionScore> scores = group.getScores();
        require(
                !scores.isEmpty() && scores.size() == completions.size(),
                "it has " + scores.size() + " scores for " + completions.size() + " completions");
        for (int i = 0; i < scores.size(); i++) {
            final int tokens = completions.get(i).getTokens().remaining();
            final int logProbs = completions.get(i).getLogProbs().remaining();
            require(
                    tokens == logProbs && tokens % Integer.BYTES == 0,
                    "completion " + i + " has " + tokens + " bytes of tokens and " + logProbs
                            + " bytes of log-probabilities");
            final double total = scores.get(i).getTotal();
            final double advantage = scores.get(i).getAdvantage();
            require(
                    Double.isFinite(total) && Double.isFinite(advantage),
                    "completion " + i + " has the reward " + total + " and the advantage " + advantage);
        }
    }

    private static void require(final boolean holds, final String problem) {
        if (!holds) {
            throw new SerializationException("the scored group cannot be used: " + problem);
        }
    }
}
