package org.mtrljudge.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.PackedArrays;

class TopicsTest {
    @Test
    void shouldPrefixEveryTopicWithTheRun() {
        final Topics topics = new Topics("run-1", new LocalSchemaRegistry());
        assertThat(topics.all())
                .extracting(Topic::name)
                .containsExactly(
                        "run-1.prompts",
                        "run-1.rollouts",
                        "run-1.scored",
                        "run-1.weights",
                        "run-1.policies",
                        "run-1.journal",
                        "run-1.dead-letters");
    }

    @Test
    void shouldCreateTopicsWithTheReplicationOfTheRun() {
        final Topics safe = new Topics("run", new LocalSchemaRegistry(), new Replication((short) 3, 2), 1);
        assertThat(safe.all()).allSatisfy(topic -> {
            assertThat(topic.toCreate().replicationFactor()).isEqualTo((short) 3);
            assertThat(topic.toCreate().configs()).containsEntry("min.insync.replicas", "2");
        });
        assertThat(safe.deadLetters("strict").toCreate().configs())
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("retention.ms", "-1");
        final NewTopic byDefault =
                new Topics("run", new LocalSchemaRegistry()).journal().toCreate();
        assertThat(byDefault.replicationFactor()).isEqualTo((short) -1);
        assertThat(byDefault.configs()).doesNotContainKey("min.insync.replicas");
    }

    @Test
    void shouldPackArraysLittleEndian() {
        assertThat(PackedArrays.ofInts(new int[] {1, 258}).array()).containsExactly(1, 0, 0, 0, 2, 1, 0, 0);
        assertThat(PackedArrays.toInts(PackedArrays.ofInts(new int[] {5, -7}))).containsExactly(5, -7);
        assertThat(PackedArrays.toFloats(PackedArrays.ofFloats(new float[] {-0.5f, 3})))
                .containsExactly(-0.5f, 3);
        assertThatThrownBy(() -> PackedArrays.toInts(ByteBuffer.allocate(6)))
                .hasMessageContaining("6 bytes are not a whole number");
    }

    @Test
    void shouldCutADeadLettersPayloadAndReason() {
        final DeadLetter letter =
                DeadLetters.of("p", "t", 0, 9, "reward", "r".repeat(5000), ByteBuffer.allocate(100_000));
        assertThat(letter.getPayload().remaining()).isEqualTo(65_536);
        assertThat(letter.getReason()).hasSize(2000);
    }
}
