package org.mtrljudge.learner;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The wall-clock time of each phase of a run in seconds, summed over restarts. */
final class PhaseTimes {
    private final Clock clock;
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private @Nullable String running;
    private long startedAtMs;

    /** @param before the seconds that earlier processes spent in each phase */
    PhaseTimes(final Clock clock, final Map<String, Double> before) {
        this.clock = clock;
        seconds.putAll(before);
    }

    void during(final String phase, final Runnable work) {
        running = phase;
        startedAtMs = clock.millis();
        work.run();
        seconds.putAll(soFar());
        running = null;
    }

    /** The seconds of all phases, including the present phase. */
    Map<String, Double> soFar() {
        final Map<String, Double> all = new LinkedHashMap<>(seconds);
        if (running != null) {
            all.merge(running, (clock.millis() - startedAtMs) / 1000.0, Double::sum);
        }
        return all;
    }
}
