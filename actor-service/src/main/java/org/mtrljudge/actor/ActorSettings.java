package org.mtrljudge.actor;

/**
 * One actor.
 *
 * @param id unique among a run's actors
 * @param maxPrompts prompts taken and generated together at most
 * @param threads cores one tensor operation may use
 */
public record ActorSettings(String id, int maxPrompts, int threads) {}
