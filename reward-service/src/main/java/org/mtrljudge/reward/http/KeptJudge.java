package org.mtrljudge.reward.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.FailedScoreException;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.grader.KeptAnswers;
import org.mtrljudge.reward.grader.ScoredCompletion;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;

/** A judge that is not asked again: what it said is read anew, for example with another pattern or other weights of its criteria. */
final class KeptJudge implements Grader {
    private final OpenAiJudge judge;
    private final KeptAnswers kept;
    private final Terms terms;

    /** @param asking the terms of the judge that is asked */
    KeptJudge(final OpenAiJudge judge, final Terms asking, final KeptAnswers kept) {
        this.judge = judge;
        this.kept = kept;
        // a function of the log: it neither waits nor hangs, and says the same again
        this.terms = new Terms(asking.name(), asking.components(), 0, 0, 0, 0, false);
    }

    @Override
    public Terms terms() {
        return terms;
    }

    @Override
    public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        final List<@Nullable List<String>> said = kept.of(prompt.getPromptId());
        final List<Grade> grades = new ArrayList<>();
        for (int i = 0; i < completions.size(); i++) {
            grades.add(grade(completions.get(i), said.size() == completions.size() ? said.get(i) : null));
        }
        return grades;
    }

    private Grade grade(final Judged completion, final @Nullable List<String> said) {
        if (said == null) {
            return new Grade.Failed(
                    FailureReason.NO_SCORE, "was not asked about this completion when it was scored: nothing is kept");
        }
        try {
            final Protocol.Reply reply = judge.readTexts(said);
            return ScoredCompletion.grade(completion, reply.components(), reply.said());
        } catch (final FailedScoreException e) {
            return new Grade.Failed(e.reason(), String.valueOf(e.getMessage()));
        }
    }
}
