package org.mtrljudge.standalone.experiment.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;

/**
 * The published table of the paper, for comparison. The model and the data differ from ours.
 *
 * @param source the publication
 * @param model the model of the publication
 * @param columns the tasks, one per column
 * @param results macro-F1 in percent by method, in the order of the columns; null: the paper has no result
 */
public record PaperResults(
        String source, String model, List<String> columns, Map<String, List<@Nullable Double>> results) {
    private static final String RESOURCE = "/experiment/paper-results.yaml";

    static PaperResults read() {
        try (InputStream in = Objects.requireNonNull(PaperResults.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return Mappers.YAML.readValue(in, PaperResults.class);
        } catch (final IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }
}
