package org.mtrljudge.standalone.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;

/**
 * The answer of the judge to one question.
 *
 * @param verdict the most frequent verdict; null: no verdict is more frequent than the others
 * @param confidence the share of samples with this verdict
 * @param reasoning the unchanged text of the first completion with this verdict
 */
public record Answer(
        String id, String task, @Nullable String verdict, double confidence, int samples, String reasoning) {

    /** One line of JSON. */
    public String toJson() {
        try {
            return Mappers.JSON.writeValueAsString(this);
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException("the answer cannot be written as JSON", e);
        }
    }

    public String toTable() {
        return String.format(
                Locale.ROOT,
                "verdict     %s%nconfidence  %.2f of %d samples%nreasoning   %s",
                verdict == null ? "none: no verdict is more frequent than the others" : verdict,
                confidence,
                samples,
                reasoning);
    }
}
