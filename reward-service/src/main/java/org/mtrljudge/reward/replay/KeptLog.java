package org.mtrljudge.reward.replay;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.KeptAnswers;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;

/**
 * What judges said, in a topic of scores. It is read forward while a replay asks in nearly the same order, so little is held; what was
 * passed long ago is looked up again.
 */
public final class KeptLog implements KeptAnswers, AutoCloseable {
    private static final long MOST_CHARACTERS = 32L << 20;

    private record Said(List<@Nullable List<String>> answers, long characters) {}

    private final TopicScan<ScoredGroup> forward;
    private final TopicScan<ScoredGroup> lookUp;
    private final Map<String, LogOffset> places = new HashMap<>();
    private final Map<String, Said> held = new LinkedHashMap<>();
    private long heldCharacters;

    public KeptLog(final KafkaClients clients, final Topic<ScoredGroup> scored) {
        this.forward = clients.scan(scored);
        this.lookUp = clients.scan(scored);
    }

    /** Several threads of a replay may ask. */
    @Override
    public synchronized List<@Nullable List<String>> of(final String promptId) {
        while (!places.containsKey(promptId) && !forward.done()) {
            hold(forward.next());
        }
        final LogOffset place = places.get(promptId);
        if (place != null && !held.containsKey(promptId)) {
            lookUp.seek(place);
            while (!held.containsKey(promptId) && !lookUp.done()) {
                hold(lookUp.next());
            }
        }
        final Said said = held.get(promptId);
        return said == null ? List.of() : said.answers;
    }

    private void hold(final List<TopicScan.Entry<ScoredGroup>> entries) {
        for (final TopicScan.Entry<ScoredGroup> entry : entries) {
            final String promptId = entry.value().getRollout().getPrompt().getPromptId();
            final Said said = said(entry.value());
            places.put(promptId, entry.place());
            final Said before = held.put(promptId, said);
            heldCharacters += said.characters - (before == null ? 0 : before.characters);
        }
        // the last batch is what was asked for
        final Iterator<Said> eldest = held.values().iterator();
        for (int rest = held.size(); rest > entries.size() && heldCharacters > MOST_CHARACTERS; rest--) {
            heldCharacters -= eldest.next().characters;
            eldest.remove();
        }
    }

    private static Said said(final ScoredGroup group) {
        final List<@Nullable List<String>> answers =
                group.getScores().stream().map(CompletionScore::getSaid).toList();
        final long characters = answers.stream()
                .filter(texts -> texts != null)
                .flatMap(List::stream)
                .mapToLong(String::length)
                .sum();
        return new Said(answers, characters);
    }

    @Override
    public void close() {
        forward.close();
        lookUp.close();
    }
}
