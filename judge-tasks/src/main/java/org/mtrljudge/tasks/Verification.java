package org.mtrljudge.tasks;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a verifier.
 *
 * @param components one value per component of the verifier
 * @param verdict the parsed verdict; null when the completion has none
 * @param reason why a component is below its maximum; null when no component is
 */
public record Verification(
        Map<String, Double> components,
        @Nullable String verdict,
        @Nullable String reason) {
    public Verification {
        components = Map.copyOf(components);
    }
}
