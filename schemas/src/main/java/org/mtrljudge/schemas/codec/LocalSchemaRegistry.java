package org.mtrljudge.schemas.codec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.WeightChunk;

/**
 * A schema registry in memory, without a server. An id is the CRC-32 of the schema's canonical form, so all processes of the same build
 * have the same ids. The registry contains the schemas of this build and of earlier builds.
 */
public final class LocalSchemaRegistry implements SchemaRegistry {
    private static final List<Schema> THIS_BUILD = List.of(
            PromptRequest.getClassSchema(),
            RolloutGroup.getClassSchema(),
            ScoredGroup.getClassSchema(),
            WeightChunk.getClassSchema(),
            PolicyManifest.getClassSchema(),
            TrainingStep.getClassSchema(),
            DeadLetter.getClassSchema());

    /** The canonical forms of the schemas of earlier builds, because a log is kept for ever. */
    private static final List<String> EARLIER = List.of(
            "DeadLetter-1",
            "DeadLetter-2",
            "PromptRequest-1",
            "PromptRequest-2",
            "PolicyManifest-1",
            "RolloutGroup-1",
            "RolloutGroup-2",
            "RolloutGroup-3",
            "ScoredGroup-1",
            "ScoredGroup-2",
            "ScoredGroup-3",
            "ScoredGroup-4",
            "ScoredGroup-5",
            "TrainingStep-1",
            "TrainingStep-2",
            "TrainingStep-3");

    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

    public LocalSchemaRegistry() {
        THIS_BUILD.forEach(schema -> schemas.put(fingerprint(schema), schema));
        EARLIER.stream().map(LocalSchemaRegistry::earlier).forEach(schema -> schemas.put(fingerprint(schema), schema));
    }

    static Schema earlier(final String name) {
        final String resource = "/earlier-schemas/" + name + ".avsc";
        try (InputStream in = LocalSchemaRegistry.class.getResourceAsStream(resource)) {
            return new Schema.Parser().parse(Objects.requireNonNull(in, resource));
        } catch (final IOException e) {
            throw new IllegalStateException("the resource " + resource + " cannot be read", e);
        }
    }

    private static int fingerprint(final Schema schema) {
        final CRC32 crc = new CRC32();
        crc.update(SchemaNormalization.toParsingForm(schema).getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    @Override
    public int idOf(final String subject, final Schema schema) {
        final int id = fingerprint(schema);
        schemas.putIfAbsent(id, schema);
        return id;
    }

    @Override
    public KafkaException otherRecord(final String subject, final Schema expected, final String what) {
        return new SerializationException(what);
    }

    /** The schema of this build or an earlier build with this id. */
    @Override
    public @Nullable Schema schemaOf(final int id) {
        return schemas.get(id);
    }
}
