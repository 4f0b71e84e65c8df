package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.schemas.topic.Topics;

/** Groups that take many lock times: they keep their locks, and actors that end within them end well. */
@Timeout(180)
class LongGroupsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final long LOCK_MS = 1500;
    private static final int PROMPTS = 5;

    @TempDir
    private Path folder;

    private ActorBench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new ActorBench(folder);
        bench.lockFor(LOCK_MS);
    }

    @AfterEach
    void end() throws Exception {
        bench.close();
    }

    private ActorThread actor(final String id, final StandInEngine engine) {
        return new ActorThread(bench.actor(new ActorSettings(id, 4, Topics.MAX_DELIVERIES, true), engine, null));
    }

    private static StandInEngine engine(final Duration batchTime) {
        return new StandInEngine(batchTime, prompts -> {});
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {LOCK_MS / 4, 6 * LOCK_MS})
    void shouldAnswerEveryPromptOnceWhateverItsGroupTakes(final long batchMs) throws Exception {
        bench.publish(0);
        bench.ask(PROMPTS, 0);
        try (ActorThread first = actor("first", engine(Duration.ofMillis(batchMs)));
                ActorThread second = actor("second", engine(Duration.ofMillis(batchMs)))) {
            ActorBench.await(PATIENCE, () -> bench.answered().size() >= PROMPTS);
            assertThat(first.failure()).isNull();
            assertThat(second.failure()).isNull();
        }
        assertThat(bench.answered()).containsExactlyInAnyOrder("p0", "p1", "p2", "p3", "p4");
        assertThat(bench.deadLetters()).isEmpty();
        assertThat(bench.counted("judge.actor.locks.lost")).isZero();
    }

    @Test
    void shouldFinishItsGroupsWhenItIsStopped() throws Exception {
        bench.publish(0);
        bench.ask(1, 0);
        final StandInEngine engine = engine(Duration.ofMillis(2 * LOCK_MS));
        try (ActorThread actor = actor("a", engine)) {
            assertThat(engine.generating().await(30, TimeUnit.SECONDS)).isTrue();
            actor.actor().stop();
            assertThat(actor.hasEnded(PATIENCE)).isTrue();
        }
        assertThat(bench.answered()).containsExactly("p0");
        assertThat(engine.isClosed()).isTrue();
    }

    @Test
    void shouldLeaveItsGroupsToAnotherActorWhenItIsAbandoned() throws Exception {
        bench.publish(0);
        bench.ask(PROMPTS, 0);
        final StandInEngine engine = engine(LONG);
        try (ActorThread actor = actor("a", engine)) {
            assertThat(engine.generating().await(30, TimeUnit.SECONDS)).isTrue();
            actor.actor().abandon();
            assertThat(actor.hasEnded(Duration.ofSeconds(20))).isTrue();
            assertThat(actor.failure()).isNull();
        }
        assertThat(engine.isClosed()).isTrue();
        try (ActorThread other = actor("b", engine(Duration.ZERO))) {
            ActorBench.await(PATIENCE, () -> bench.answered().size() >= PROMPTS);
            assertThat(other.failure()).isNull();
        }
        assertThat(bench.rollouts()).extracting(group -> group.getActorId()).containsOnly("b");
    }

    @Test
    void shouldEndWhenItIsAbandonedAlthoughItsEngineDoesNot() throws Exception {
        bench.publish(0);
        bench.ask(PROMPTS, 0);
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch stuck = new CountDownLatch(1);
        final StandInEngine engine = new StandInEngine(Duration.ZERO, prompts -> {
            begun.countDown();
            // as a server that does not answer
            await(stuck);
        });
        try (ActorThread actor = actor("a", engine)) {
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            actor.actor().abandon();
            assertThat(actor.hasEnded(Duration.ofSeconds(20))).isTrue();
            assertThat(actor.failure()).isNull();
            stuck.countDown();
        }
        try (ActorThread other = actor("b", engine(Duration.ZERO))) {
            ActorBench.await(PATIENCE, () -> bench.answered().size() >= PROMPTS);
            assertThat(other.failure()).isNull();
        }
        assertThat(bench.rollouts()).extracting(group -> group.getActorId()).containsOnly("b");
    }

    @Test
    void shouldFreeItsEngineOnlyAfterTheGenerationThatItDiedIn() throws Exception {
        bench.publish(0);
        bench.ask(1, 0);
        final StandInEngine engine = engine(LONG);
        try (ActorThread actor = actor("a", engine)) {
            assertThat(engine.generating().await(30, TimeUnit.SECONDS)).isTrue();
            actor.interrupt();
            assertThat(actor.hasEnded(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(engine.isClosed()).isTrue();
    }

    @Test
    void shouldTakeNewerWeightsWithinALongGroupAndNameTheOldest() throws Exception {
        bench.publish(0);
        bench.ask(1, 0);
        final StandInEngine engine = engine(Duration.ofMillis(4 * LOCK_MS));
        try (ActorThread actor = actor("a", engine)) {
            assertThat(engine.generating().await(30, TimeUnit.SECONDS)).isTrue();
            bench.publish(1);
            ActorBench.await(PATIENCE, () -> !bench.answered().isEmpty());
            assertThat(actor.failure()).isNull();
        }
        final var group = bench.rollouts().get(0);
        assertThat(engine.versions()).containsExactly(0, 1);
        assertThat(group.getPolicyVersion()).isZero();
        assertThat(group.getCompletions().get(0).getVersions())
                .extracting(span -> span.getPolicyVersion())
                .startsWith(0)
                .endsWith(1);
    }
}
