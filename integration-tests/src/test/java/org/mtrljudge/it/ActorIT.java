package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.ActorRun.prompt;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.VersionSpan;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

/** An actor with a real broker and with everything that can be wrong in its inputs. */
class ActorIT {
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
    void shouldMakeDeadLettersOfPoisonAndGoOn() throws Exception {
        run.publish(0, false);
        run.send("poison", new byte[] {1, 2, 3});
        final ByteBuffer noPicture = ByteBuffer.wrap(new byte[] {1, 2, 3});
        final ImageRef broken = new ImageRef(Sha256.of(noPicture), null, noPicture);
        final ImageRef outside = new ImageRef("00", "../../etc/passwd", null);
        final ImageRef changed = new ImageRef("00", null, noPicture);
        run.send(prompt("broken", List.of(broken), 0));
        run.send(prompt("outside", List.of(outside), 0));
        run.send(prompt("changed", List.of(changed), 0));
        run.send(prompt("good", List.of(), 0));

        final ActorRun.Working actor = run.actor("a");
        actor.start();
        final Map<String, String> reasons = new HashMap<>();
        for (final var record : run.read(run.topics().deadLetters().name(), 4)) {
            final DeadLetter letter = run.topics().deadLetters().valueSerde().decode(record.value());
            reasons.put(record.key(), letter.getReason());
            assertThat(letter.getService()).isEqualTo("actor");
            assertThat(letter.getTopic()).isEqualTo(run.topics().prompts().name());
        }
        final var rollouts = run.read(run.topics().rollouts().name(), 1);
        actor.end();

        assertThat(reasons.get("poison")).contains("wire format");
        assertThat(reasons.get("broken")).contains("is not a PNG");
        assertThat(reasons.get("outside")).contains("outside the data root");
        assertThat(reasons.get("changed")).contains("SHA-256");
        assertThat(rollouts).extracting(ConsumerRecord::key).containsExactly("good");
    }

    @Test
    void shouldStayOnItsVersionWhenTheNextIsDamagedAndTakeTheOneAfter() throws Exception {
        run.publish(0, false);
        run.send(prompt("zero", List.of(), 0));
        final ActorRun.Working actor = run.actor("a");
        actor.start();
        assertThat(run.rollouts(1).get(0).getPolicyVersion()).isZero();
        run.publish(1, true);
        run.send(prompt("still", List.of(), 0));
        assertThat(run.rollouts(2).get(1).getPolicyVersion()).isZero();
        run.publish(2, false);
        run.send(prompt("next", List.of(), 1));
        final RolloutGroup next = run.rollouts(3).get(2);
        actor.end();

        assertThat(next.getPolicyVersion()).isEqualTo(2);
        assertThat(next.getPolicyDigest()).isEqualTo(run.weightDigest());
    }

    @Test
    void shouldTakeNewerWeightsWhileALongGroupIsGenerating() throws Exception {
        run.publish(0, false);
        final PromptRequest longOne = prompt("long", List.of(), 0);
        longOne.put("groupSize", 32);
        longOne.put("sampling", new Sampling(1.0, 1.0, 1000, 1L));
        final ActorRun.Working actor = run.actor("a", Topics.MAX_DELIVERIES, true);
        actor.start();
        run.send(prompt("first", List.of(), 0));
        // The first rollout shows that the actor is working.
        run.rollouts(1);
        run.send(longOne).get();
        Thread.sleep(1000);
        run.publish(1, false);
        final RolloutGroup group = run.rollouts(2).get(1);
        actor.end();

        assertThat(group.getPolicyVersion()).as("the oldest counts").isZero();
        final Completion longest = group.getCompletions().stream()
                .max(Comparator.comparingInt(c -> c.getTokens().remaining()))
                .orElseThrow();
        assertThat(longest.getVersions())
                .extracting(VersionSpan::getPolicyVersion)
                .containsExactly(0, 1);
        assertThat(longest.getVersions().stream()
                        .mapToInt(VersionSpan::getTokens)
                        .sum())
                .isEqualTo(longest.getTokens().remaining() / Integer.BYTES);
    }
}
