package org.mtrljudge.actor;

import java.time.Duration;

/**
 * The settings of one actor.
 *
 * @param id the id of the actor, unique among the actors of the run
 * @param maxPrompts the largest number of prompts that are taken and generated together
 * @param maxDeliveries a prompt becomes a dead letter at this delivery, because no actor before answered it. It is at most the limit of
 *     the share group.
 * @param inFlightUpdate whether to take newer weights while a group is generated, not only between groups
 * @param weightsTimeout an actor that cannot use weights that it needs, or cannot read the folder of the images, for this time ends with
 *     the reason
 */
public record ActorSettings(
        String id, int maxPrompts, int maxDeliveries, boolean inFlightUpdate, Duration weightsTimeout) {
    /** Enough for the restart of a store. */
    private static final Duration WEIGHTS_TIMEOUT = Duration.ofMinutes(10);

    /** With the usual time for weights. */
    public ActorSettings(final String id, final int maxPrompts, final int maxDeliveries, final boolean inFlightUpdate) {
        this(id, maxPrompts, maxDeliveries, inFlightUpdate, WEIGHTS_TIMEOUT);
    }
}
