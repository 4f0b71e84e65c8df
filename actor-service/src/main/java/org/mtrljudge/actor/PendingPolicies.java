package org.mtrljudge.actor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.schemas.policy.UnreachablePolicyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy versions that were announced and not fetched yet. A version whose store or chunks cannot be reached stays pending and is
 * tried again, until it is fetched or a newer version is. A version that is damaged will never be right and is skipped. Only the newest
 * versions are pending, because the weights of the others are no longer kept.
 */
final class PendingPolicies {
    private static final Logger LOG = LoggerFactory.getLogger(PendingPolicies.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    /** The log and the stores keep the weights of this number of versions. */
    private static final int KEPT = 4;

    private final InstantSource clock;
    private final Runnable damaged;
    private final NavigableMap<Integer, PolicyManifest> pending = new TreeMap<>();
    private int newest = -1;
    private Duration pause = FIRST_PAUSE;
    private long retryAtMs;
    private String trouble = "";

    /** @param damaged is called for each version that is skipped */
    PendingPolicies(final InstantSource clock, final Runnable damaged) {
        this.clock = clock;
        this.damaged = damaged;
    }

    void announce(final PolicyManifest manifest) {
        if (manifest.getVersion() > newest) {
            pending.put(manifest.getVersion(), manifest);
            while (pending.size() > KEPT) {
                pending.pollFirstEntry();
            }
            // another version may be in another place
            retryAtMs = clock.millis();
        }
    }

    /** Whether a newer version is announced that could not be fetched yet. */
    boolean isBehind() {
        return !pending.isEmpty();
    }

    /** Why the last version that could not be used could not; empty when none was in trouble. */
    String trouble() {
        return trouble;
    }

    /** The newest pending version that can be fetched now. After a failure, nothing is fetched until a pause is over. */
    Optional<Policy> fetch(final Function<PolicyManifest, PolicyFetcher.Weights> fetcher) {
        if (pending.isEmpty() || clock.millis() < retryAtMs) {
            return Optional.empty();
        }
        boolean unreachable = false;
        Optional<Policy> fetched = Optional.empty();
        for (final PolicyManifest manifest : List.copyOf(pending.descendingMap().values())) {
            final int version = manifest.getVersion();
            try {
                fetched = Optional.of(new Policy(version, manifest.getSha256(), fetcher.apply(manifest)));
                newest = version;
                // a pending version that is newer was tried before and stays pending
                pending.headMap(version, true).clear();
                break;
            } catch (final UnreachablePolicyException e) {
                LOG.warn(
                        "policy version {} cannot be fetched now, staying on {}, trying again in {} ms: {}",
                        version,
                        newest,
                        pause.toMillis(),
                        e.getMessage());
                if (!unreachable) {
                    // the newest version is the one that is missed
                    trouble = "policy version " + version + " cannot be fetched: " + e.getMessage();
                }
                unreachable = true;
            } catch (final SerializationException e) {
                pending.remove(version);
                damaged.run();
                trouble = "policy version " + version + " is damaged: " + e.getMessage();
                LOG.warn("policy version {} is skipped, staying on {}: {}", version, newest, e.getMessage());
            }
        }
        if (unreachable) {
            retryLater();
        } else if (fetched.isPresent()) {
            pause = FIRST_PAUSE;
            trouble = "";
        }
        return fetched;
    }

    private void retryLater() {
        retryAtMs = clock.millis() + pause.toMillis();
        final Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }
}
