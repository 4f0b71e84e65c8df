package org.mtrljudge.it;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/**
 * Guarantee 3 of a finished run: each training prompt was learned once, or left out once as stale.
 *
 * @param asked the ids of the training prompts in the log
 * @param settled the ids that the journal names as learned or stale, in its order, with repetitions
 */
public record SettledPrompts(Set<String> asked, List<String> settled) {
    /** Reads the prompts and the journal of a run. */
    public static SettledPrompts of(final KafkaClients clients, final Topics topics) {
        final List<String> settled = new ArrayList<>();
        for (final TrainingStep step : LoggedValues.read(clients, topics.journal())) {
            step.getLearned().forEach(group -> settled.add(group.getPromptId()));
            settled.addAll(step.getStale());
        }
        final Set<String> asked = new HashSet<>();
        for (final PromptRequest prompt : LoggedValues.read(clients, topics.prompts())) {
            if (prompt.getPurpose() == Purpose.TRAIN) {
                asked.add(prompt.getPromptId());
            }
        }
        return new SettledPrompts(asked, settled);
    }

    /** What is wrong; empty if every prompt was settled exactly once. */
    public List<String> wrong() {
        final Set<String> once = new HashSet<>(settled);
        final List<String> wrong = new ArrayList<>();
        if (once.size() != settled.size()) {
            wrong.add((settled.size() - once.size()) + " prompts were settled more than once");
        }
        if (!once.equals(asked)) {
            wrong.add(asked.size() + " prompts were asked and " + once.size() + " were settled");
        }
        return wrong;
    }
}
