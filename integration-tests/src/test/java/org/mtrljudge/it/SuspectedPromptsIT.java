package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.schemas.topic.Topics;

/** Prompts that were delivered in vain before, so that an actor answers them one by one. */
@Timeout(180)
class SuspectedPromptsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long LOCK_MS = 1500;
    private static final int PROMPTS = 8;

    @TempDir
    private Path folder;

    private ActorBench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new ActorBench(folder);
        bench.lockFor(LOCK_MS);
        bench.publish(0);
        bench.ask(PROMPTS, 0);
        deliverInVain();
        deliverInVain();
    }

    @AfterEach
    void end() throws Exception {
        bench.close();
    }

    private void deliverInVain() {
        try (ShareConsumer<String, byte[]> consumer = bench.shareConsumer(PROMPTS)) {
            consumer.subscribe(List.of(bench.topics().prompts().name()));
            int taken = 0;
            while (taken < PROMPTS) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    consumer.acknowledge(record, AcknowledgeType.RELEASE);
                    taken++;
                }
            }
            consumer.commitSync();
        }
    }

    private ActorThread actor(final StandInEngine engine) {
        return new ActorThread(
                bench.actor(new ActorSettings("a", PROMPTS, Topics.MAX_DELIVERIES, false), engine, null));
    }

    @Test
    void shouldKeepTheirLocksWhileOneShortGroupFollowsTheOther() throws Exception {
        // no group lasts as long as the time between two renewals, and all together last longer than a lock
        final StandInEngine engine = new StandInEngine(Duration.ofMillis(LOCK_MS / 4), prompts -> {});
        try (ActorThread actor = actor(engine)) {
            ActorBench.await(PATIENCE, () -> bench.answered().size() >= PROMPTS);
            assertThat(actor.failure()).isNull();
        }
        assertThat(bench.answered()).doesNotHaveDuplicates().hasSize(PROMPTS);
        assertThat(bench.counted("judge.actor.locks.lost")).isZero();
    }

    @Test
    void shouldAllBeAnsweredByAnActorThatIsStopped() throws Exception {
        final StandInEngine engine = new StandInEngine(Duration.ofMillis(LOCK_MS / 4), prompts -> {});
        try (ActorThread actor = actor(engine)) {
            assertThat(engine.generating().await(60, TimeUnit.SECONDS)).isTrue();
            actor.actor().stop();
            assertThat(actor.hasEnded(PATIENCE)).isTrue();
            assertThat(actor.failure()).isNull();
        }
        assertThat(bench.answered())
                .as("a prompt that goes back untried has lost a delivery")
                .doesNotHaveDuplicates()
                .hasSize(PROMPTS);
    }
}
