package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.ActorRun.PATIENCE;
import static org.mtrljudge.it.ActorRun.prompt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;

/** To which actor a prompt goes while it is locked, and after its actor died. */
class PromptDeliveryIT {
    private static final long LOCK_MS = 3000;

    @TempDir
    private Path folder;

    private ActorRun run;

    @BeforeEach
    void start() {
        run = new ActorRun(folder);
    }

    @AfterEach
    void stop() throws Exception {
        run.close();
    }

    @Test
    void shouldGiveThePromptsOfAKilledActorToAnother() throws Exception {
        for (int i = 0; i < 6; i++) {
            run.send(prompt("p" + i, List.of(), 0)).get();
        }
        final String bootstrap = run.broker().address();
        try (ActorProcess first = ActorProcess.start("first", "actors", bootstrap, folder)) {
            // The actor holds prompts and waits, because no weights are published yet.
            first.waitUntilItSays("first holds", PATIENCE);
            first.kill();
        }
        run.publish(0, false);
        final ActorRun.Working second = run.actor("second");
        second.start();
        final List<RolloutGroup> rollouts = run.rollouts(6);
        second.end();

        assertThat(rollouts)
                .extracting(r -> r.getPrompt().getPromptId())
                .containsExactlyInAnyOrder("p0", "p1", "p2", "p3", "p4", "p5");
        assertThat(rollouts).extracting(RolloutGroup::getActorId).containsOnly("second");
    }

    /** Receives every prompt and releases it, as the broker does for an actor that died. */
    private void deliverInVain(final int prompts) {
        try (ShareConsumer<String, byte[]> consumer =
                run.broker().clients(run.topics()).shareConsumer(1)) {
            consumer.subscribe(List.of(run.topics().prompts().name()));
            int taken = 0;
            while (taken < prompts) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    consumer.acknowledge(record, AcknowledgeType.RELEASE);
                    taken++;
                }
            }
            consumer.commitSync();
        }
    }

    @Test
    void shouldMakeADeadLetterOfAPromptThatKeepsKillingItsActors() throws Exception {
        run.publish(0, false);
        run.send(prompt("killer", List.of(), 0)).get();
        deliverInVain(1);
        run.send(prompt("good", List.of(), 0)).get();
        final ActorRun.Working actor = run.actor("a", 2, false);
        actor.start();
        final DeadLetter letter = run.topics()
                .deadLetters()
                .valueSerde()
                .decode(run.read(run.topics().deadLetters().name(), 1).get(0).value());
        final var rollouts = run.read(run.topics().rollouts().name(), 1);
        actor.end();

        assertThat(letter.getPromptId()).isEqualTo("killer");
        assertThat(letter.getReason()).startsWith("this is delivery").contains("no actor answered it");
        assertThat(rollouts).extracting(ConsumerRecord::key).containsExactly("good");
    }

    @Test
    void shouldKeepItsPromptsWhileItWaitsForWeightsAndGeneratesALongGroup() throws Exception {
        try (Admin admin = run.broker().clients(run.topics()).admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(
                                    ConfigResource.Type.GROUP, run.topics().actorGroup()),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.record.lock.duration.ms", String.valueOf(LOCK_MS)),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        for (int i = 0; i < 4; i++) {
            final PromptRequest longOne = prompt("p" + i, List.of(), 0);
            longOne.put("groupSize", 32);
            longOne.put("sampling", new Sampling(1.0, 1.0, 800, (long) i));
            run.send(longOne).get();
        }
        final ActorRun.Working first = run.actor("first");
        final ActorRun.Working second = run.actor("second");
        first.start();
        second.start();
        // The actors hold the prompts and wait for weights longer than a lock lasts.
        Thread.sleep(2 * LOCK_MS);
        run.publish(0, false);
        run.rollouts(4);
        // This is time for a second delivery to begin if a lock timed out.
        Thread.sleep(2 * LOCK_MS);
        first.end();
        second.end();

        final List<RolloutGroup> rollouts =
                LoggedValues.read(run.broker(), run.topics().rollouts());
        assertThat(rollouts)
                .extracting(r -> r.getPrompt().getPromptId())
                .containsExactlyInAnyOrder("p0", "p1", "p2", "p3");
        assertThat(rollouts.stream().mapToDouble(RolloutGroup::getGenerateMs).sum())
                .as("generation outlasts the lock too")
                .isGreaterThan(2 * LOCK_MS);
    }
}
