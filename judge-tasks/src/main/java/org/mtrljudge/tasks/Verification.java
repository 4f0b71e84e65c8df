package org.mtrljudge.tasks;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a verifier.
 *
 * @param components one value per component of the verifier
 * @param verdict the parsed verdict; null when the completion has none
 * @param reason why a component is below its maximum; null when no component is
 * @param said what a judge said of the completion, one text per question; empty where nobody was asked
 */
public record Verification(
        Map<String, Double> components,
        @Nullable String verdict,
        @Nullable String reason,
        List<String> said) {
    public Verification {
        components = Map.copyOf(components);
        said = List.copyOf(said);
    }

    /** The result of a verifier that asks nobody. */
    public Verification(
            final Map<String, Double> components, final @Nullable String verdict, final @Nullable String reason) {
        this(components, verdict, reason, List.of());
    }
}
