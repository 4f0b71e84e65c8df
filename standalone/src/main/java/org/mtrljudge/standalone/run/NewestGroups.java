package org.mtrljudge.standalone.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.TopicScan;

/**
 * Finds the newest scored groups in the log of a run.
 *
 * @param purpose the purpose of the prompts
 * @param task the task of the groups; null: all tasks
 * @param count the number of groups
 */
public record NewestGroups(Purpose purpose, @Nullable String task, int count) {
    /** The newest groups, from as many tasks as the count allows. */
    public List<ScoredGroup> in(final KafkaClients clients) {
        final Map<String, Deque<ScoredGroup>> byTask = new LinkedHashMap<>();
        try (TopicScan<ScoredGroup> scan = clients.scan(clients.topics().scored())) {
            while (!scan.done()) {
                for (final TopicScan.Entry<ScoredGroup> entry : scan.next()) {
                    final PromptRequest prompt = entry.value().getRollout().getPrompt();
                    if (prompt.getPurpose() == purpose && (task == null || task.equals(prompt.getTask()))) {
                        final Deque<ScoredGroup> kept =
                                byTask.computeIfAbsent(prompt.getTask(), t -> new ArrayDeque<>());
                        kept.addLast(entry.value());
                        if (kept.size() > count) {
                            kept.removeFirst();
                        }
                    }
                }
            }
        }
        return List.copyOf(inTurn(byTask));
    }

    private Deque<ScoredGroup> inTurn(final Map<String, Deque<ScoredGroup>> byTask) {
        final Deque<ScoredGroup> chosen = new ArrayDeque<>();
        while (chosen.size() < count && byTask.values().stream().anyMatch(d -> !d.isEmpty())) {
            for (final Deque<ScoredGroup> groups : byTask.values()) {
                if (!groups.isEmpty() && chosen.size() < count) {
                    chosen.addLast(groups.removeLast());
                }
            }
        }
        return chosen;
    }
}
