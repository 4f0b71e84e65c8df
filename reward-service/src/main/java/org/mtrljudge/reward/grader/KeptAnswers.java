package org.mtrljudge.reward.grader;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What judges said of completions when these were scored before. */
public interface KeptAnswers {
    /**
     * @return what was said of each completion of the prompt, in their order, null where nothing was; empty where the prompt was not
     *     scored
     */
    List<@Nullable List<String>> of(String promptId);
}
