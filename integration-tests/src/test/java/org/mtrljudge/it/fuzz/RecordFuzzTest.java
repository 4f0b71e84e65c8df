package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.schemas.codec.AvroSerde;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;

/** Whatever lies in a topic is a record of that topic, or is refused as unreadable. */
class RecordFuzzTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private final List<Topic<?>> all = List.of(
            topics.prompts(),
            topics.rollouts(),
            topics.scored(),
            topics.weights(),
            topics.policies(),
            topics.journal(),
            topics.deadLetters());

    /** The first byte is the topic, the others are the record in the wire format. */
    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseAnyRecord(final byte[] bytes) {
        if (bytes.length > 0) {
            check(all.get(Byte.toUnsignedInt(bytes[0]) % all.size()), Arrays.copyOfRange(bytes, 1, bytes.length));
        }
    }

    private static <V extends SpecificRecordBase> void check(final Topic<V> topic, final byte[] record) {
        final AvroSerde<V> serde = topic.valueSerde();
        final V value;
        try {
            value = serde.decode(record);
        } catch (final SerializationException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(value.toString()).isNotNull();
        assertThat(serde.decode(serde.encode(topic.name(), value))).isEqualTo(value);
    }

    @FuzzTest(maxDuration = "")
    void shouldUnpackOrRefuseAnyArray(final byte[] bytes) {
        final ByteBuffer packed = ByteBuffer.wrap(bytes);
        try {
            assertThat(PackedArrays.ofInts(PackedArrays.toInts(packed))).isEqualTo(packed);
            // another NaN is as good
            assertThat(PackedArrays.toFloats(PackedArrays.ofFloats(PackedArrays.toFloats(packed))))
                    .isEqualTo(PackedArrays.toFloats(packed));
        } catch (final IllegalArgumentException e) {
            assertThat(bytes.length % 4).isNotZero();
        }
    }
}
