package org.mtrljudge.learner.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.settings.io.Mappers;

/**
 * Keeps the metrics of every step: one line per step in {@code metrics.jsonl}, and the series for the curves. Passes every event to
 * the next listener. An existing file is continued. When a step is learned again after a restart, its old line stays.
 */
public final class MetricsLog implements TrainingListener {
    private final Path file;
    private final @Nullable TensorBoardLog tensorBoard;
    private final TrainingListener next;
    // phase and step of every written line
    private final Set<String> written = new HashSet<>();
    private static final String OLD_MEAN = "val/mean_macro_f1";

    private final SortedMap<Integer, Map<String, Double>> rlSteps = new TreeMap<>();

    public MetricsLog(final Path file, final TrainingListener next) {
        this(file, null, next);
    }

    /** @param tensorBoard receives the same metrics as the file */
    MetricsLog(final Path file, final @Nullable TensorBoardLog tensorBoard, final TrainingListener next) {
        this.file = file;
        this.tensorBoard = tensorBoard;
        this.next = next;
        if (Files.exists(file)) {
            readBack();
        }
    }

    private void readBack() {
        try {
            final String text = Files.readString(file);
            // a killed process may leave half a line
            final String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            if (whole.length() < text.length()) {
                Files.writeString(file, whole);
            }
            for (final String line : whole.lines().toList()) {
                final JsonNode values = Mappers.JSON.readTree(line);
                final String phase = values.path("phase").asText();
                final int step = values.path("step").asInt();
                written.add(phase + " " + step);
                if (phase.equals(Stage.RL.key())) {
                    final Map<String, Double> metrics = new TreeMap<>();
                    values.properties().forEach(e -> {
                        if (e.getValue().isNumber() && !e.getKey().equals("step")) {
                            metrics.put(e.getKey(), e.getValue().asDouble());
                        }
                    });
                    // the name that older builds wrote
                    if (metrics.containsKey(OLD_MEAN)) {
                        metrics.put(Curves.MEAN, metrics.remove(OLD_MEAN));
                    }
                    rlSteps.put(step, metrics);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void phaseStarted(final String phase, final int steps) {
        next.phaseStarted(phase, steps);
    }

    @Override
    public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
        if (!metrics.isEmpty() && written.add(phase + " " + done)) {
            append(phase, done, metrics);
            if (tensorBoard != null) {
                tensorBoard.write(phase, done, metrics);
            }
            if (phase.equals(Stage.RL.key())) {
                rlSteps.put(done, metrics);
            }
        }
        next.progressed(phase, done, metrics);
    }

    private void append(final String phase, final int step, final Map<String, Double> metrics) {
        final Map<String, Object> line = new LinkedHashMap<>();
        line.put("phase", phase);
        line.put("step", step);
        line.putAll(metrics);
        try {
            Files.writeString(
                    file,
                    Mappers.JSON.writeValueAsString(line) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (final IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void phaseEnded(final String phase) {
        next.phaseEnded(phase);
    }

    @Override
    public void noted(final String message) {
        next.noted(message);
    }

    @Override
    public void warned(final String message) {
        next.warned(message);
    }

    @Override
    public void backlog(final int unanswered, final long scoredLag) {
        next.backlog(unanswered, scoredLag);
    }

    /** The metrics of every RL step. Step 0 has the validation before the first step. */
    public SortedMap<Integer, Map<String, Double>> rlSteps() {
        return rlSteps;
    }
}
