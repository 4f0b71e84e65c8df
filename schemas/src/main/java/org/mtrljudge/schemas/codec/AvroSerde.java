package org.mtrljudge.schemas.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.ScoredGroup;

/** Reads and writes Confluent's wire format: a zero byte, the id of the writer schema (4 bytes, big-endian), the record in Avro binary. */
public final class AvroSerde<V extends SpecificRecordBase> implements Serde<V> {
    private static final int HEADER_BYTES = 5;
    private final String subject;
    private final Class<V> type;
    private final Schema schema;
    private final SchemaRegistry registry;
    // an eighth more than the size of the last record, so that a buffer seldom grows
    private volatile int likelyBytes = 512;
    // whether a schema id names the schema of this build
    private final Map<Integer, Boolean> currentIds = new ConcurrentHashMap<>();
    // schema ids by topic
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    /** @param topic the topic whose records are read */
    public AvroSerde(final String topic, final Class<V> type, final SchemaRegistry registry) {
        this.subject = subject(topic);
        this.type = type;
        this.schema = SpecificData.get().getSchema(type);
        this.registry = registry;
    }

    private static String subject(final String topic) {
        return topic + "-value";
    }

    public byte[] encode(final String topic, final V value) {
        return encode(topic, value, null);
    }

    /**
     * Encodes a record whose first field is a record that was read from a topic: its bytes are copied, not encoded again.
     *
     * @param first the Avro bytes of the first field, as {@link #body} gives them; null: it is encoded
     */
    public byte[] encode(final String topic, final V value, final @Nullable ByteBuffer first) {
        // also before another serializer registers the schema: it would not set the compatibility of the subject
        final int id = idFor(topic);
        final Serializer<Object> other = registry.serializer();
        if (other != null) {
            return other.serialize(topic, value);
        }
        final ByteArrayOutputStream out = new ByteArrayOutputStream(likelyBytes);
        out.writeBytes(
                ByteBuffer.allocate(HEADER_BYTES).put((byte) 0).putInt(id).array());
        final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        try {
            if (first == null) {
                new SpecificDatumWriter<>(type).write(value, encoder);
            } else {
                out.write(first.array(), first.arrayOffset() + first.position(), first.remaining());
                // the fields of a record lie one behind the other
                for (final Schema.Field field :
                        schema.getFields().subList(1, schema.getFields().size())) {
                    new SpecificDatumWriter<>(field.schema()).write(value.get(field.pos()), encoder);
                }
            }
            encoder.flush();
        } catch (final IOException e) {
            throw new SerializationException("a " + type.getSimpleName() + " cannot be written as Avro", e);
        }
        likelyBytes = Math.max(512, out.size() + out.size() / 8);
        return out.toByteArray();
    }

    /**
     * The Avro bytes of a record without the header, where they are what this build would write: written with its own schema. They are a
     * view. Null where the record has to be encoded again.
     *
     * @param bytes a record that {@link #decode} has read
     */
    public @Nullable ByteBuffer body(final byte[] bytes) {
        final int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
        return currentIds.computeIfAbsent(id, any -> schema.equals(registry.schemaOf(any)))
                ? ByteBuffer.wrap(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES)
                : null;
    }

    /**
     * Registers the schema of this build for the topic, before the topic has records.
     *
     * @throws RegistryException when the registry cannot do its work
     */
    public void register() {
        registry.idOf(subject, schema);
    }

    /**
     * Refuses a registry that has lost the schemas of the topic, which has records.
     *
     * @throws RegistryException when the registry cannot do its work
     */
    public void requireSubject() {
        registry.requireSubject(subject);
    }

    private int idFor(final String topic) {
        final Integer known = ids.get(topic);
        if (known != null) {
            return known;
        }
        final int id = registry.idOf(subject(topic), schema);
        ids.put(topic, id);
        return id;
    }

    /**
     * @param bytes the value of a record; null: the record has none
     * @throws SerializationException when the bytes are not a record of this type
     * @throws RegistryException when the registry of the schemas cannot do its work; no other exception is thrown
     */
    public V decode(final byte @Nullable [] bytes) {
        if (bytes == null) {
            throw new SerializationException("the record has no value, where a " + type.getSimpleName() + " is needed");
        }
        if (bytes.length < HEADER_BYTES || bytes[0] != 0) {
            throw new SerializationException("not in the wire format of the registry: " + bytes.length
                    + " bytes, the first byte is " + (bytes.length == 0 ? "absent" : bytes[0]) + " instead of 0");
        }
        final Schema writer = writerSchema(ByteBuffer.wrap(bytes, 1, 4).getInt());
        final BoundedDecoder decoder = new BoundedDecoder(bytes, HEADER_BYTES);
        try {
            final V value = new SpecificDatumReader<V>(writer, schema).read(null, decoder);
            if (!type.isInstance(value) || !decoder.isEnd()) {
                throw new SerializationException("bytes are left over after a " + type.getSimpleName());
            }
            if (value instanceof ScoredGroup group) {
                ScoredGroupCheck.check(group);
            }
            return value;
        } catch (final SerializationException e) {
            throw e;
        } catch (final IOException | RuntimeException | StackOverflowError e) {
            // the stack ends where a writer schema contains itself
            throw new SerializationException("the bytes are not a " + type.getSimpleName() + ": " + e, e);
        }
    }

    private Schema writerSchema(final int id) {
        final Schema writer = registry.schemaOf(id);
        if (writer == null || !writer.getFullName().equals(schema.getFullName())) {
            final String named = writer == null ? " is unknown or no Avro schema" : " names a " + writer.getName();
            throw registry.otherRecord(
                    subject, schema, "schema id " + id + named + " where a " + schema.getName() + " is needed");
        }
        return writer;
    }

    @Override
    public Serializer<V> serializer() {
        return this::encode;
    }

    @Override
    public Deserializer<V> deserializer() {
        return (topic, bytes) -> decode(bytes);
    }
}
