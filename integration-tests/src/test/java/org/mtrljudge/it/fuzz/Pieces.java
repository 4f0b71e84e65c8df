package org.mtrljudge.it.fuzz;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;

/** Divides the input of a target into records. */
final class Pieces {
    private static final int MAX = 16;

    private Pieces() {}

    /** The pieces of the bytes from an offset: each has its length before it (2 bytes, big-endian), the last takes what is left. */
    static List<byte[]> of(final byte[] bytes, final int from) {
        final List<byte[]> pieces = new ArrayList<>();
        final ByteBuffer left = ByteBuffer.wrap(bytes).position(Math.min(from, bytes.length));
        while (left.remaining() > Short.BYTES && pieces.size() < MAX) {
            final int length = Short.toUnsignedInt(left.getShort());
            final byte[] piece = new byte[Math.min(length, left.remaining())];
            left.get(piece);
            pieces.add(piece);
        }
        return pieces;
    }

    /** A record in the wire format, written with the schema of this build. */
    static byte[] record(final Class<? extends SpecificRecordBase> type, final byte[] avro) {
        final Schema schema = SpecificData.get().getSchema(type);
        final int id = new LocalSchemaRegistry().idOf("any", schema);
        return ByteBuffer.allocate(5 + avro.length)
                .put((byte) 0)
                .putInt(id)
                .put(avro)
                .array();
    }
}
