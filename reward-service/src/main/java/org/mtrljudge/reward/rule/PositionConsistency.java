package org.mtrljudge.reward.rule;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.ExampleSource;

/**
 * The component {@code position_consistency}: 1 when the verdicts on all orders of a question are right, else 0 (J1, arXiv 2505.10320, with
 * two orders).
 *
 * @param orders how many orders of a question are asked
 */
record PositionConsistency(int orders) {
    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    PositionConsistency {
        Check.range("orders", orders, 2, ExampleSource.MAX_ORDERS);
    }

    /** {@code true} stands for the two orders of a pair. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static @Nullable PositionConsistency of(final boolean wanted) {
        return wanted ? new PositionConsistency(2) : null;
    }

    /** {@code 3} stands for {@code {orders: 3}}. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static PositionConsistency of(final int orders) {
        return new PositionConsistency(orders);
    }
}
