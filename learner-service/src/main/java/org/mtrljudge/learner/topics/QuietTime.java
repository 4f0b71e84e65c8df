package org.mtrljudge.learner.topics;

import java.time.Clock;
import java.time.Duration;
import org.mtrljudge.learner.settings.ExchangeLimits;

/** The time for which an {@link Exchange} has waited without an answer. Time in which the learner computes does not count. */
final class QuietTime {
    private static final long MAX_REASK_MS = Duration.ofDays(1).toMillis();
    private final ExchangeLimits limits;
    private final Clock clock;
    private long lastAnswerMs;
    private long lastPolledMs;
    private long lastWarningMs;
    private long lastReaskMs;
    private long reaskAfterMs;

    QuietTime(final ExchangeLimits limits, final Clock clock) {
        this.limits = limits;
        this.clock = clock;
        this.reaskAfterMs = limits.reaskAfterMs();
        this.lastAnswerMs = clock.millis();
        this.lastPolledMs = lastAnswerMs;
    }

    /** No answer could have arrived earlier than now. */
    void begin() {
        lastAnswerMs = clock.millis();
    }

    void beforePoll() {
        final long now = clock.millis();
        lastAnswerMs = Math.min(now, lastAnswerMs + now - lastPolledMs);
    }

    void afterPoll(final boolean answered) {
        lastPolledMs = clock.millis();
        if (answered) {
            lastAnswerMs = lastPolledMs;
            reaskAfterMs = limits.reaskAfterMs();
        }
    }

    long seconds() {
        return (clock.millis() - lastAnswerMs) / 1000;
    }

    /** Whether a warning is due. The next warning is due after the same time. */
    boolean isWarningDue() {
        final long now = clock.millis();
        final boolean due = now - Math.max(lastAnswerMs, lastWarningMs) > limits.stallWarningMs();
        lastWarningMs = due ? now : lastWarningMs;
        return due;
    }

    /**
     * Whether prompts that may be lost have to be asked again. The next repetition is due after twice the time: while all services are down,
     * every repetition is one more copy for them to work on.
     */
    boolean isReaskDue() {
        final long now = clock.millis();
        final boolean due = now - Math.max(lastAnswerMs, lastReaskMs) > reaskAfterMs;
        if (due) {
            lastReaskMs = now;
            reaskAfterMs = Math.min(2 * reaskAfterMs, MAX_REASK_MS);
        }
        return due;
    }
}
