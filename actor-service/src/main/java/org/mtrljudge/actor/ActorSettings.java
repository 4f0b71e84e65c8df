package org.mtrljudge.actor;

/**
 * One actor.
 *
 * @param id unique among a run's actors
 * @param maxPrompts prompts taken and generated together at most
 * @param maxDeliveries a prompt that is delivered so often, because none of its actors lived to answer it, becomes a dead letter; at
 *     most the share group's own limit
 * @param inFlightUpdate take newer weights while a group is generating, not only between groups
 */
public record ActorSettings(String id, int maxPrompts, int maxDeliveries, boolean inFlightUpdate) {}
