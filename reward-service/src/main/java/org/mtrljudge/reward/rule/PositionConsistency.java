package org.mtrljudge.reward.rule;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.mtrljudge.settings.Check;

/**
 * The component {@code position_consistency}: 1 when the verdicts on all orders of a question are right, else 0 (J1, arXiv 2505.10320, with
 * two orders).
 *
 * @param orders how many orders of a question are asked; 1: the component is not wanted
 */
record PositionConsistency(int orders) {
    static final PositionConsistency NONE = new PositionConsistency(1);

    private static final int MAX_ORDERS = 8;

    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    PositionConsistency {
        Check.range("orders", orders, 1, MAX_ORDERS);
    }

    /** {@code true} stands for the two orders of a pair. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static PositionConsistency of(final boolean wanted) {
        return wanted ? new PositionConsistency(2) : NONE;
    }
}
