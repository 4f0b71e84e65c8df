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
 * The paper's own table: another model on other data, to stand beside ours.
 *
 * @param source where it was published
 * @param model that was trained there
 * @param columns its tasks
 * @param results macro-F1 in percent by method, in the order of the columns; null where the paper has none
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
