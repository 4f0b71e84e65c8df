package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.schemas.policy.UnreachablePolicyException;

class PendingPoliciesTest {
    private final AtomicLong nowMs = new AtomicLong();
    private final AtomicInteger skipped = new AtomicInteger();
    private final Map<Integer, RuntimeException> failing = new HashMap<>();
    private final List<Integer> tried = new ArrayList<>();
    private final PendingPolicies pending =
            new PendingPolicies(() -> Instant.ofEpochMilli(nowMs.get()), skipped::incrementAndGet);

    private void announce(final int version) {
        pending.announce(new PolicyManifest(
                version, version, PolicyKind.FULL, "F32", 1, 0L, "digest-" + version, 0L, null, null));
    }

    private void unreachable(final int version) {
        failing.put(version, new UnreachablePolicyException("the store is away", null));
    }

    /** The version that is fetched now; −1 for none. */
    private int fetched() {
        return pending.fetch(manifest -> {
                    tried.add(manifest.getVersion());
                    if (failing.containsKey(manifest.getVersion())) {
                        throw failing.get(manifest.getVersion());
                    }
                    return new PolicyFetcher.Weights.InMemory(ByteBuffer.allocate(0));
                })
                .map(Policy::version)
                .orElse(-1);
    }

    @Test
    void shouldTryAVersionAgainUntilItsStoreCanBeReached() {
        announce(0);
        unreachable(0);
        assertThat(fetched()).isEqualTo(-1);
        assertThat(pending.isBehind()).isTrue();
        assertThat(pending.trouble()).contains("version 0 cannot be fetched", "the store is away");
        failing.clear();
        nowMs.addAndGet(60_000);

        assertThat(fetched()).isZero();
        assertThat(pending.isBehind()).isFalse();
        assertThat(pending.trouble()).isEmpty();
        assertThat(skipped).hasValue(0);
    }

    @Test
    void shouldPauseLongerAfterEachFailure() {
        announce(0);
        unreachable(0);
        final List<Long> triedAtMs = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            final int before = tried.size();
            fetched();
            if (tried.size() > before) {
                triedAtMs.add(nowMs.get());
            }
            nowMs.addAndGet(100);
        }
        assertThat(triedAtMs).startsWith(0L, 500L, 1500L, 3500L, 7500L, 15_500L, 30_500L, 45_500L);
    }

    @Test
    void shouldUseAnEarlierVersionWhileTheNewestCannotBeReached() {
        announce(3);
        announce(4);
        unreachable(4);
        assertThat(fetched()).isEqualTo(3);
        assertThat(pending.isBehind()).isTrue();
        failing.clear();
        assertThat(fetched()).as("in the pause").isEqualTo(-1);
        nowMs.addAndGet(500);
        assertThat(fetched()).isEqualTo(4);
    }

    @Test
    void shouldForgetAVersionThatANewerOneSupersedes() {
        announce(1);
        unreachable(1);
        fetched();
        announce(2);
        assertThat(fetched()).as("a new announcement is tried at once").isEqualTo(2);
        assertThat(pending.isBehind()).isFalse();
        announce(1);
        assertThat(fetched()).isEqualTo(-1);
        assertThat(tried).containsExactly(1, 2);
    }

    @Test
    void shouldSkipADamagedVersionForEverAndCountIt() {
        announce(0);
        assertThat(fetched()).isZero();
        announce(1);
        failing.put(1, new SerializationException("the digest differs"));
        assertThat(fetched()).isEqualTo(-1);
        nowMs.addAndGet(60_000);
        assertThat(fetched()).isEqualTo(-1);

        assertThat(tried).containsExactly(0, 1);
        assertThat(skipped).hasValue(1);
        assertThat(pending.isBehind()).isFalse();
        assertThat(pending.trouble()).contains("version 1 is damaged", "the digest differs");
    }

    @Test
    void shouldTryOnlyTheVersionsThatAreKeptAndPauseOncePerPass() {
        for (int version = 0; version < 500; version++) {
            announce(version);
            unreachable(version);
        }
        assertThat(fetched()).isEqualTo(-1);
        assertThat(tried).containsExactly(499, 498, 497, 496);
        assertThat(pending.trouble()).contains("version 499 cannot be fetched");
        nowMs.addAndGet(499);
        fetched();
        assertThat(tried).as("in the pause").hasSize(4);
        nowMs.addAndGet(1);
        fetched();
        assertThat(tried).hasSize(8).endsWith(499, 498, 497, 496);
        failing.clear();
        nowMs.addAndGet(1000);
        assertThat(fetched()).isEqualTo(499);
        assertThat(pending.isBehind()).isFalse();
    }
}
