package org.mtrljudge.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class AvroSerdeTest {
    private final SchemaRegistry registry = new LocalSchemaRegistry();
    private final AvroSerde<WeightChunk> serde = new AvroSerde<>(WeightChunk.class, registry);
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
    void shouldRefuseAnythingElseWithASerializationException() {
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
    void shouldRefuseRandomBytesAndNeverThrowAnythingElse() {
        final Random random = new Random(1);
        final byte[] good = serde.encode("run.weights", chunk);
        for (int i = 0; i < 2000; i++) {
            final byte[] poison = new byte[5 + random.nextInt(40)];
            random.nextBytes(poison);
            System.arraycopy(good, 0, poison, 0, 5); // the header is right, the rest is not
            try {
                serde.decode(poison);
            } catch (final SerializationException expected) {
                assertThat(expected).hasMessageContaining("WeightChunk");
            }
        }
    }

    @Test
    void shouldGiveTheSameIdInEveryRegistryOfABuild() {
        assertThat(new LocalSchemaRegistry().idOf("x-value", RolloutGroup.getClassSchema()))
                .isEqualTo(registry.idOf("y-value", RolloutGroup.getClassSchema()))
                .isNotEqualTo(registry.idOf("y-value", ScoredGroup.getClassSchema()));
    }
}
