package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.policy.FetchedChunks;
import org.mtrljudge.schemas.policy.UnreachablePolicyException;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

/** Whatever the topics of policies hold, a policy is fetched whole or refused with a reason. */
class PolicyFuzzTest {
    private static final Topics TOPICS = new Topics("run", new LocalSchemaRegistry());
    private static final int VERSION = 7;

    /** The manifest's chunks (4 bytes), total bytes (8) and offset (8), then records: kind, version, index, length, bytes. */
    @FuzzTest(maxDuration = "")
    void shouldFetchAPolicy(final byte[] bytes) {
        final ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.remaining() < 20) {
            return;
        }
        final int chunks = in.getInt();
        final long totalBytes = in.getLong();
        final long offset = in.getLong();
        final List<byte[]> records = new ArrayList<>();
        final ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (in.remaining() >= 4) {
            final int kind = in.get() & 3;
            final int version = in.get();
            final int index = in.get();
            final byte[] content = new byte[Math.min(in.get() & 0xff, in.remaining())];
            in.get(content);
            whole.writeBytes(version == VERSION ? content : new byte[0]);
            records.add(record(kind, version, index, content));
        }
        final String sha256 = Sha256.of(ByteBuffer.wrap(whole.toByteArray()));
        final PolicyManifest manifest =
                new PolicyManifest(VERSION, 1, PolicyKind.FULL, "F32", chunks, totalBytes, sha256, offset, null, null);
        try {
            final ByteBuffer image = FetchedChunks.of(TOPICS, manifest, records);
            assertThat((long) image.remaining()).isEqualTo(totalBytes);
            assertThat(Sha256.of(image)).isEqualTo(sha256);
        } catch (final SerializationException | UnreachablePolicyException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static byte[] record(final int kind, final int version, final int index, final byte[] content) {
        final ByteBuffer chunk = ByteBuffer.wrap(content);
        return switch (kind) {
            case 0 -> content;
            case 1 -> null;
            default ->
                TOPICS.weights()
                        .message(
                                "key", new WeightChunk(version, index, chunk, kind == 2 ? "damaged" : Sha256.of(chunk)))
                        .value();
        };
    }
}
