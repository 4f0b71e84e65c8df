package org.mtrljudge.reward.replay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;

/** The groups that have dead letters and no scores, and those of them whose score failed: another attempt can score these. */
public final class Unscored {
    // the reason of the last letter, by prompt id
    private final Map<String, String> failed = new HashMap<>();
    private final Set<String> atFault = new HashSet<>();
    private long unreadable;

    /** Reads the dead letters and then the scores. */
    static Unscored read(final KafkaClients clients, final Topic<DeadLetter> letters, final Topic<ScoredGroup> scored) {
        final Unscored unscored = new Unscored();
        try (TopicScan<DeadLetter> scan = clients.scan(letters)) {
            while (!scan.done()) {
                scan.next().forEach(entry -> unscored.add(entry.value()));
            }
        }
        try (TopicScan<ScoredGroup> scan = clients.scan(scored)) {
            while (!unscored.failed.isEmpty() && !scan.done()) {
                scan.next()
                        .forEach(entry -> unscored.scored(
                                entry.value().getRollout().getPrompt().getPromptId()));
            }
        }
        return unscored;
    }

    void add(final DeadLetter letter) {
        final @Nullable String promptId = letter.getPromptId();
        if (promptId == null) {
            unreadable++;
        } else if (letter.getFailedScore() == null) {
            atFault.add(promptId);
        } else {
            failed.put(promptId, letter.getFailedScore());
        }
    }

    /** A group that has a dead letter can have scores from another attempt. */
    void scored(final String promptId) {
        failed.remove(promptId);
    }

    /** The prompts of the groups whose score failed. */
    Set<String> failedPrompts() {
        return Set.copyOf(failed.keySet());
    }

    /** The number of groups without scores. */
    public long count() {
        final Set<String> all = new HashSet<>(atFault);
        all.addAll(failed.keySet());
        return all.size() + unreadable;
    }

    /** How many scores failed, by reason. */
    public Map<String, Integer> failures() {
        final Map<String, Integer> counts = new TreeMap<>();
        failed.values().forEach(reason -> counts.merge(reason, 1, Integer::sum));
        return counts;
    }
}
