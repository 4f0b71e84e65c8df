package org.mtrljudge.reward;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.state.WindowStore;

/** Statistics of each task in windows of a minute, by the time of the records; kept for an hour. */
final class StatisticsWindows {
    static final Duration WINDOW = Duration.ofMinutes(1);
    static final Duration KEPT = Duration.ofHours(1);
    private final WindowStore<String, TaskStatistics> store;

    StatisticsWindows(final WindowStore<String, TaskStatistics> store) {
        this.store = store;
    }

    void add(final String task, final long timestampMs, final UnaryOperator<TaskStatistics> change) {
        final long window = timestampMs - timestampMs % WINDOW.toMillis();
        final TaskStatistics before = store.fetch(task, window);
        store.put(task, change.apply(before == null ? TaskStatistics.NONE : before), window);
    }
}
