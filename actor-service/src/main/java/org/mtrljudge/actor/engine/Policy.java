package org.mtrljudge.actor.engine;

import org.mtrljudge.schemas.policy.PolicyFetcher;

/** One complete policy version, whose digest is verified. Closing it releases the fetched weights. */
public record Policy(int version, String digest, PolicyFetcher.Weights weights) implements AutoCloseable {
    @Override
    public void close() {
        weights.close();
    }
}
