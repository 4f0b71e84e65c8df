package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.WeightChunk;

class AvroSerdeTest {
    private final SchemaRegistry registry = new LocalSchemaRegistry();
    private final AvroSerde<WeightChunk> serde = new AvroSerde<>("run.weights", WeightChunk.class, registry);
    private final PromptRequest prompt = new PromptRequest(
            "p",
            "t",
            "?",
            List.of(),
            "a",
            List.of("a"),
            2,
            new Sampling(1.0, 1.0, 4, 7L),
            Purpose.EVAL,
            3,
            "pair",
            null,
            null,
            null);
    private final WeightChunk chunk = new WeightChunk(7, 3, ByteBuffer.wrap(new byte[] {1, 2, 3}), "abc");

    @Test
    void shouldWriteTheRegistrysWireFormat() {
        final byte[] bytes = serde.encode("run.weights", chunk);
        final int id = registry.idOf("run.weights-value", WeightChunk.getClassSchema());

        assertThat(bytes[0]).isZero();
        assertThat(ByteBuffer.wrap(bytes, 1, 4).getInt()).isEqualTo(id);
        // zig-zag 7, zig-zag 3, length 3 and the bytes, length 3 and "abc"
        assertThat(Arrays.copyOfRange(bytes, 5, bytes.length)).containsExactly(14, 6, 6, 1, 2, 3, 6, 'a', 'b', 'c');
        assertThat(serde.decode(bytes)).isEqualTo(chunk);
    }

    @Test
    void shouldRefuseOtherBytesWithASerializationException() {
        final byte[] good = serde.encode("run.weights", chunk);
        final byte[] wrongMagic = good.clone();
        wrongMagic[0] = 1;
        final byte[] wrongId = good.clone();
        wrongId[2]++;
        final byte[] cut = Arrays.copyOf(good, good.length - 2);
        final byte[] longer = Arrays.copyOf(good, good.length + 1);
        for (final byte[] poison : new byte[][] {{}, {0, 0}, wrongMagic, wrongId, cut, longer}) {
            assertThatThrownBy(() -> serde.decode(poison)).isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void shouldSayThatARecordHasNoValue() {
        assertThatThrownBy(() -> serde.decode(null))
                .isInstanceOf(SerializationException.class)
                .hasMessage("the record has no value, where a WeightChunk is needed");
    }

    /** An id that is computed from its schema cannot change, so this is the fault of whoever wrote the record. */
    @Test
    void shouldRefuseARecordOfAnotherTopicAsDamaged() {
        final byte[] stray = serde.encode("run.weights", chunk);
        assertThatThrownBy(() -> new AvroSerde<>("run.prompts", PromptRequest.class, registry).decode(stray))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("names a WeightChunk where a PromptRequest is needed");
    }

    @Test
    void shouldRefuseRandomBytesAndNeverThrowAnythingElse() {
        final Random random = new Random(1);
        final byte[] good = serde.encode("run.weights", chunk);
        for (int i = 0; i < 2000; i++) {
            final byte[] poison = new byte[5 + random.nextInt(40)];
            random.nextBytes(poison);
            // the header is correct, the rest is random
            System.arraycopy(good, 0, poison, 0, 5);
            try {
                serde.decode(poison);
            } catch (final SerializationException expected) {
                assertThat(expected).hasMessageContaining("WeightChunk");
            }
        }
    }

    @Test
    void shouldReadRecordsThatAnEarlierBuildWrote() throws IOException {
        final Schema earlier = LocalSchemaRegistry.earlier("PromptRequest-1");
        final AvroSerde<PromptRequest> prompts = new AvroSerde<>("run.prompts", PromptRequest.class, registry);
        final byte[] bytes = prompts.encode("run.prompts", prompt);
        final GenericRecord old = new GenericDatumReader<GenericRecord>(PromptRequest.getClassSchema(), earlier)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null));
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(5)
                .put((byte) 0)
                .putInt(new LocalSchemaRegistry().idOf("run.prompts-value", earlier))
                .array());
        final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(earlier).write(old, encoder);
        encoder.flush();

        assertThat(prompts.body(out.toByteArray())).as("must be encoded again").isNull();
        final PromptRequest read = prompts.decode(out.toByteArray());
        assertThat(read.getPairId()).isNull();
        read.put("pairId", "pair");
        assertThat(read).isEqualTo(prompt);
    }

    @Test
    void shouldCopyTheBytesOfAFirstFieldThatWasRead() {
        final AvroSerde<RolloutGroup> rollouts = new AvroSerde<>("run.rollouts", RolloutGroup.class, registry);
        final AvroSerde<ScoredGroup> scored = new AvroSerde<>("run.scored", ScoredGroup.class, registry);
        final Completion completion =
                new Completion("a", ByteBuffer.allocate(8), ByteBuffer.allocate(8), FinishReason.STOP, null);
        final RolloutGroup group = new RolloutGroup(prompt, 3, "digest", "actor", List.of(completion), 5L, 1.5, 9);
        final ScoredGroup value = new ScoredGroup(
                group,
                "set",
                1,
                List.of(new CompletionScore(Map.of("accuracy", 1.0), 1.0, 0.5, "a", null, null)),
                false,
                2.5,
                11L,
                2);
        final byte[] read = rollouts.encode("run.rollouts", group);
        final byte[] whole = scored.encode("run.scored", value);
        assertThat(scored.encode("run.scored", value, rollouts.body(read))).isEqualTo(whole);
        // what is copied is the bytes, not the value
        final byte[] other = rollouts.encode(
                "run.rollouts", new RolloutGroup(group.getPrompt(), 4, "d", "a", List.of(completion), 5L, 1.5, 9));
        assertThat(scored.decode(scored.encode("run.scored", value, rollouts.body(other)))
                        .getRollout()
                        .getPolicyVersion())
                .isEqualTo(4);
    }

    @Test
    void shouldGiveTheSameIdInEveryRegistryOfABuild() {
        assertThat(new LocalSchemaRegistry().idOf("x-value", RolloutGroup.getClassSchema()))
                .isEqualTo(registry.idOf("y-value", RolloutGroup.getClassSchema()))
                .isNotEqualTo(registry.idOf("y-value", ScoredGroup.getClassSchema()));
    }
}
