package org.mtrljudge.reward.rule;

import java.util.List;
import java.util.Set;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verifier;

/** A verifier that neither waits nor hangs. It is called in the thread that asks. */
public record BuiltIn(Verifier verifier) implements Grader {
    @Override
    public String name() {
        return verifier.name();
    }

    @Override
    public Set<String> components() {
        return verifier.components();
    }

    @Override
    public long callLimitMs() {
        return 0;
    }

    @Override
    public int retries() {
        return 0;
    }

    @Override
    public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        return completions.stream()
                .<Grade>map(completion -> new Grade.Given(verifier.verify(completion)))
                .toList();
    }
}
