package org.mtrljudge.actor;

/**
 * The settings of one actor.
 *
 * @param id the id of the actor, unique among the actors of the run
 * @param maxPrompts the largest number of prompts that are taken and generated together
 * @param maxDeliveries a prompt becomes a dead letter at this delivery, because every actor before died and did not answer it. It is at
 *     most the limit of the share group.
 * @param inFlightUpdate whether to take newer weights while a group is generated, not only between groups
 */
public record ActorSettings(String id, int maxPrompts, int maxDeliveries, boolean inFlightUpdate) {}
