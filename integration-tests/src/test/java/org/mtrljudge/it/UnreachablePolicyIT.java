package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.Topics;

/** Weights in a store that does not answer: actors try again, and one that cannot use them ends with the reason. */
@Timeout(120)
class UnreachablePolicyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private ActorBench bench;

    @BeforeEach
    void start() {
        bench = new ActorBench(folder);
    }

    @AfterEach
    void end() throws Exception {
        bench.close();
    }

    /** A store on the local disk that can be away. */
    private static final class Store implements PolicyStore {
        private volatile boolean away = true;
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public Stored put(final String name, final Content content) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Path fetch(final String uri, final Path copies) throws IOException {
            asked.incrementAndGet();
            if (away) {
                throw new IOException("503, slow down");
            }
            return Path.of(URI.create(uri));
        }

        @Override
        public void delete(final String uri) {
            throw new UnsupportedOperationException();
        }
    }

    private ActorThread actor(final String id, final Duration timeout, final Store store) {
        return new ActorThread(bench.actor(
                new ActorSettings(id, 4, Topics.MAX_DELIVERIES, false, timeout),
                new StandInEngine(Duration.ZERO, prompts -> {}),
                store));
    }

    @Test
    void shouldAnswerWhenTheStoreIsBack() throws Exception {
        final Store store = new Store();
        bench.publish(0);
        bench.publishInFile(1);
        bench.ask(3, 1);
        try (ActorThread actor = actor("a", PATIENCE, store)) {
            ActorBench.await(PATIENCE, () -> store.asked.get() >= 2);
            store.away = false;
            ActorBench.await(PATIENCE, () -> bench.answered().size() >= 3);
            assertThat(actor.failure()).isNull();
        }
        assertThat(bench.rollouts()).allMatch(group -> group.getPolicyVersion() == 1);
        assertThat(bench.deadLetters()).isEmpty();
        assertThat(bench.counted("judge.actor.policies.skipped")).isZero();
    }

    @Test
    void shouldEndWithTheReasonAndLeaveThePromptsToOthers() throws Exception {
        final Store store = new Store();
        bench.publish(0);
        bench.ask(3, 1);
        try (ActorThread actor = actor("a", Duration.ofSeconds(3), store)) {
            assertThat(actor.hasEnded(PATIENCE)).isTrue();
            assertThat(actor.failure())
                    .hasMessage(
                            "no usable weights for 3 s: prompts name policy version 1, and 0 is the newest in the log");
        }
        bench.publishInFile(1);
        try (ActorThread actor = actor("b", Duration.ofSeconds(2), store)) {
            assertThat(actor.hasEnded(PATIENCE)).isTrue();
            assertThat(actor.failure())
                    .hasMessageStartingWith("no usable weights for 2 s: policy version 1 cannot be fetched: ")
                    .hasMessageEndingWith("cannot be read: 503, slow down");
        }
        store.away = false;
        try (ActorThread actor = actor("c", PATIENCE, store)) {
            ActorBench.await(PATIENCE, () -> bench.answered().size() >= 3);
            assertThat(actor.failure()).isNull();
        }
        assertThat(bench.answered()).containsExactlyInAnyOrder("p0", "p1", "p2");
    }
}
