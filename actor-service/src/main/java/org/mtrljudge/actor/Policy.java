package org.mtrljudge.actor;

import org.mtrljudge.schemas.policy.PolicyFetcher;

/** One complete policy version, its digest verified. Closing it frees what was fetched. */
public record Policy(int version, String digest, PolicyFetcher.Weights weights) implements AutoCloseable {
    @Override
    public void close() {
        weights.close();
    }
}
