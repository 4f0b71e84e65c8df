package org.mtrljudge.learner.event;

import org.jspecify.annotations.Nullable;

/**
 * Where the final weights of a run are in its log.
 *
 * @param run the name of the run, with which the names of its topics begin
 * @param policyVersion the version of the weights
 * @param weightDigest SHA-256 of the weights' safetensors image
 * @param journalDigest SHA-256 of the newest journal entry; each entry contains the digest of the entry before it
 * @param settingsDigest the digest of the settings that decide the weights
 */
public record Lineage(
        String run,
        int policyVersion,
        String weightDigest,
        @Nullable String journalDigest,
        String settingsDigest) {}
