package org.mtrljudge.standalone.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.WholeFile;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.OwnAnswers;

/** The training answers of a run that are right and well formed: the newest one to each example. */
public final class RightAnswers {
    private static final Pattern NUMBER_AT_END = Pattern.compile(".*\\D(\\d{1,9})", Pattern.DOTALL);

    private final ExampleSource source;
    /** The answers by task and id of the example. */
    private final Map<String, Map<String, String>> answers = new LinkedHashMap<>();

    /** @param source the data of the run */
    public RightAnswers(final ExampleSource source) {
        this.source = source;
    }

    /** Reads the scored groups of the run. */
    public void read(final KafkaClients clients) {
        try (TopicScan<ScoredGroup> scan = clients.scan(clients.topics().scored())) {
            while (!scan.done()) {
                scan.next().forEach(entry -> add(entry.value()));
            }
        }
    }

    private void add(final ScoredGroup group) {
        final var prompt = group.getRollout().getPrompt();
        if (prompt.getPurpose() != Purpose.TRAIN) {
            return;
        }
        for (int i = 0; i < group.getScores().size(); i++) {
            if (isRight(group.getScores().get(i))) {
                answers.computeIfAbsent(prompt.getTask(), t -> new LinkedHashMap<>())
                        .put(
                                PromptIds.trainingExample(prompt.getPromptId()),
                                group.getRollout().getCompletions().get(i).getText());
            }
        }
    }

    private static boolean isRight(final CompletionScore score) {
        return score.getComponents().getOrDefault("accuracy", 0.0) == 1
                && score.getComponents().getOrDefault("format", 0.0) == 1;
    }

    /**
     * Writes the answers as JSON lines.
     *
     * @return their number
     */
    public int write(final Path file) {
        int written = 0;
        final StringBuilder lines = new StringBuilder();
        try {
            for (final Map.Entry<String, Map<String, String>> task : answers.entrySet()) {
                final Map<String, Integer> places = places(task.getKey(), task.getValue());
                for (final Map.Entry<String, String> answer : task.getValue().entrySet()) {
                    final Integer index = places.get(answer.getKey());
                    if (index != null) {
                        lines.append(Mappers.JSON.writeValueAsString(
                                        new OwnAnswers.Line(task.getKey(), index, answer.getKey(), answer.getValue())))
                                .append('\n');
                        written++;
                    }
                }
            }
            WholeFile.write(file, lines.toString());
        } catch (final IOException e) {
            throw new RunException(file + " cannot be written: " + e.getMessage(), e);
        }
        return written;
    }

    /** The indices of the answered examples by their ids. Examples are drawn to see their ids, so a number at the end is tried first. */
    private Map<String, Integer> places(final String task, final Map<String, String> answered) {
        final Map<String, Integer> places = new HashMap<>();
        final int size = source.size(task, Split.TRAIN);
        for (final String id : answered.keySet()) {
            final Matcher number = NUMBER_AT_END.matcher(id);
            final int guess = number.matches() ? Integer.parseInt(number.group(1)) : size;
            if (guess < size && id(task, guess).equals(id)) {
                places.put(id, guess);
            }
        }
        for (int i = 0; i < size && places.size() < answered.size(); i++) {
            final String id = id(task, i);
            if (answered.containsKey(id)) {
                places.put(id, i);
            }
        }
        return places;
    }

    private String id(final String task, final int index) {
        return source.example(task, Split.TRAIN, index).id();
    }
}
