package org.mtrljudge.standalone.run;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the time goes until the services of a run work: one line in its log. The learner, which then reads its past, is not part of it. */
public final class StartTimes {
    /** How the line begins. */
    public static final String BEGIN = "the services of the run started: ";

    private static final Logger LOG = LoggerFactory.getLogger(StartTimes.class);

    private final LongSupplier uptimeMs;
    private final long begunMs;
    private final StringJoiner phases = new StringJoiner(", ");
    private long lastMs;

    StartTimes() {
        this(ManagementFactory.getRuntimeMXBean()::getUptime);
    }

    /** @param uptimeMs the time since the start of this JVM */
    StartTimes(final LongSupplier uptimeMs) {
        this.uptimeMs = uptimeMs;
        this.begunMs = uptimeMs.getAsLong();
        this.lastMs = begunMs;
    }

    /** A phase has ended. It began when the one before ended. */
    void ended(final String phase) {
        final long nowMs = uptimeMs.getAsLong();
        phases.add(phase + " " + seconds(nowMs - lastMs));
        lastMs = nowMs;
    }

    @Override
    public String toString() {
        return BEGIN + "Java and settings " + seconds(begunMs) + ", " + phases + ", together " + seconds(lastMs);
    }

    void log() {
        LOG.info("{}", this);
    }

    private static String seconds(final long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
}
