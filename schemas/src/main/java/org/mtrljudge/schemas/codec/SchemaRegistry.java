package org.mtrljudge.schemas.codec;

import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Gives writer schemas the ids that precede every record in Confluent's wire format. */
public interface SchemaRegistry {
    /** The serializer that writes records instead of {@link AvroSerde}, in the same format; null: {@link AvroSerde} writes them. */
    default @Nullable Serializer<Object> serializer() {
        return null;
    }

    /**
     * Asks once whether the registry can be used.
     *
     * @throws RegistryException when it cannot
     */
    default void check() {}

    /**
     * The failure of a record whose schema id does not name the record of its topic: a
     * {@link org.apache.kafka.common.errors.SerializationException} where the record is wrong, or a {@link RegistryException} where the
     * registry is wrong. Ids that a server assigns change when the server loses its schemas, and then every record fails like this. Ids
     * that are computed from schemas cannot change.
     *
     * @param subject the subject of the topic's schemas
     * @param expected the schema of the topic's records
     * @param what the id, what it names if anything, and what was expected
     */
    KafkaException otherRecord(String subject, Schema expected, String what);

    /**
     * Refuses a registry that has lost the schemas of a topic that has records.
     *
     * @param subject the subject of the topic's schemas
     * @throws RegistryException when the registry has no such subject, or does not answer
     */
    default void requireSubject(final String subject) {}

    /** The id of a schema under a subject. A new schema is registered. */
    int idOf(String subject, Schema schema);

    /**
     * The Avro schema with this id; null when the id is unknown, or names something else: others may keep Protobuf and JSON schemas in
     * the same registry.
     *
     * @throws RegistryException when the registry cannot do its work
     */
    @Nullable
    Schema schemaOf(int id);
}
