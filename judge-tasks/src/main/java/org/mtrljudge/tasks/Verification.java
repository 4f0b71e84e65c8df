package org.mtrljudge.tasks;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a verifier found.
 *
 * @param components a value for each of the verifier's components
 * @param verdict the parsed verdict, null where the completion has none
 * @param reason why a component is not full, null where nothing was wrong
 */
public record Verification(
        Map<String, Double> components,
        @Nullable String verdict,
        @Nullable String reason) {
    public Verification {
        components = Map.copyOf(components);
    }
}
