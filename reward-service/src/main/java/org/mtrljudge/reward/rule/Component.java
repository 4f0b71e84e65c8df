package org.mtrljudge.reward.rule;

import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.Judged;

/** A component of a reward that depends only on the form of a completion, not on its task. */
sealed interface Component {
    double value(Judged completion);

    /**
     * A soft penalty on length (DAPO, section 3.4): 0 up to {@code maxTokens − bufferTokens}, then linear to −1 at {@code maxTokens}.
     */
    record Length(int maxTokens, int bufferTokens) implements Component {
        public Length {
            Check.range("max_tokens", maxTokens, 1, 1_000_000);
            Check.range("buffer_tokens", bufferTokens, 1, maxTokens);
        }

        @Override
        public double value(final Judged completion) {
            final int over = completion.tokens() - (maxTokens - bufferTokens);
            return over <= 0 ? 0 : -Math.min(1, (double) over / bufferTokens);
        }
    }

    /** Minus the share of runs of {@code ngram} words that occurred earlier in the text; 0 for a text without repetition. */
    record Repetition(int ngram) implements Component {
        public Repetition {
            Check.range("ngram", ngram, 1, 100);
        }

        @Override
        public double value(final Judged completion) {
            final WordRuns words = WordRuns.of(completion.text());
            final int runs = words.count(ngram);
            return runs < 1 ? 0 : -(1 - (double) words.distinct(ngram) / runs);
        }
    }
}
