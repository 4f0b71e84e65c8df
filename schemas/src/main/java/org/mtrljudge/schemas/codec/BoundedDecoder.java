package org.mtrljudge.schemas.codec;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Avro's binary decoder with two more rules. No length may exceed the number of bytes that are left: Avro allocates memory for a length
 * before it checks the length, so a damaged record of three bytes could ask for two gigabytes. And the arrays and maps of a record may
 * not have more items than the record has bytes: items that take no byte could be counted for ever.
 */
final class BoundedDecoder extends Decoder {
    private final byte[] record;
    private final ByteArrayInputStream left;
    private final BinaryDecoder in;
    // the number of items that arrays and maps may still have: an item of our records takes at least one byte
    private long itemsLeft;

    BoundedDecoder(final byte[] bytes, final int offset) {
        this.record = bytes;
        this.left = new ByteArrayInputStream(bytes, offset, bytes.length - offset);
        this.in = DecoderFactory.get().directBinaryDecoder(left, null);
        this.itemsLeft = left.available();
    }

    /** Whether every byte of the record was read. */
    boolean isEnd() {
        return left.available() == 0;
    }

    private int length(final long length) {
        if (length < 0 || length > left.available()) {
            throw new AvroRuntimeException(
                    "a length of " + length + ", but only " + left.available() + " bytes are left");
        }
        return (int) length;
    }

    private long items(final long count) {
        if (count < 0 || count > left.available() || count > itemsLeft) {
            throw new AvroRuntimeException(
                    "an array or a map of " + count + " items, but only " + left.available() + " bytes are left");
        }
        itemsLeft -= count;
        return count;
    }

    private byte[] bytes() throws IOException {
        final byte[] bytes = new byte[length(in.readLong())];
        in.readFixed(bytes, 0, bytes.length);
        return bytes;
    }

    /** Returns a view of the record; the bytes are not copied. */
    @Override
    public ByteBuffer readBytes(final @Nullable ByteBuffer old) throws IOException {
        final int length = length(in.readLong());
        final ByteBuffer view = ByteBuffer.wrap(record, record.length - left.available(), length)
                .slice();
        in.skipFixed(length);
        return view;
    }

    @Override
    public void skipBytes() throws IOException {
        in.skipFixed(length(in.readLong()));
    }

    @Override
    public Utf8 readString(final @Nullable Utf8 old) throws IOException {
        return new Utf8(bytes());
    }

    @Override
    public String readString() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void skipString() throws IOException {
        skipBytes();
    }

    @Override
    public long readArrayStart() throws IOException {
        return items(in.readArrayStart());
    }

    @Override
    public long arrayNext() throws IOException {
        return items(in.arrayNext());
    }

    @Override
    public long skipArray() throws IOException {
        return items(in.skipArray());
    }

    @Override
    public long readMapStart() throws IOException {
        return items(in.readMapStart());
    }

    @Override
    public long mapNext() throws IOException {
        return items(in.mapNext());
    }

    @Override
    public long skipMap() throws IOException {
        return items(in.skipMap());
    }

    @Override
    public void readNull() throws IOException {
        in.readNull();
    }

    @Override
    public boolean readBoolean() throws IOException {
        return in.readBoolean();
    }

    @Override
    public int readInt() throws IOException {
        return in.readInt();
    }

    @Override
    public long readLong() throws IOException {
        return in.readLong();
    }

    @Override
    public float readFloat() throws IOException {
        return in.readFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return in.readDouble();
    }

    @Override
    public void readFixed(final byte[] bytes, final int start, final int length) throws IOException {
        in.readFixed(bytes, start, length);
    }

    @Override
    public void skipFixed(final int length) throws IOException {
        in.skipFixed(length);
    }

    @Override
    public int readEnum() throws IOException {
        return in.readEnum();
    }

    @Override
    public int readIndex() throws IOException {
        return in.readIndex();
    }
}
