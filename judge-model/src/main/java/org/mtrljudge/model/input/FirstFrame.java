package org.mtrljudge.model.input;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The first picture of a moving one. It has to fill the whole picture, as it mostly does: what is around it, programs show differently.
 */
final class FirstFrame {
    private static final int HEAD = 8;
    private static final int RIFF_HEAD = 12;
    private static final int EXTENDED = 10;
    private static final int ANIMATED = 0x02;
    private static final int ALPHA = 0x10;
    private static final int FRAME_HEAD = 16;

    private FirstFrame() {}

    /**
     * The first frame as a picture of its own, because libwebp decodes pictures that stand still. The same bytes when they are no moving
     * WebP.
     *
     * @throws IllegalArgumentException when a moving picture has no frame, or one that does not fill it
     */
    static byte[] ofWebp(final byte[] encoded) {
        final ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        final boolean moves = encoded.length > RIFF_HEAD + HEAD + EXTENDED
                && is(file, 0, "RIFF")
                && is(file, 8, "WEBP")
                && is(file, RIFF_HEAD, "VP8X")
                && (file.get(RIFF_HEAD + HEAD) & ANIMATED) != 0;
        if (!moves) {
            return encoded;
        }
        final ByteBuffer frame = chunk(file, RIFF_HEAD, "ANMF");
        if (frame == null || frame.remaining() < FRAME_HEAD) {
            throw new IllegalArgumentException("it has no frame");
        }
        for (int i = 0; i < 6; i++) {
            // width and height less one, in three bytes each
            if (frame.get(6 + i) != file.get(RIFF_HEAD + HEAD + 4 + i)) {
                throw tooSmall();
            }
        }
        return alone(frame);
    }

    /** @throws IllegalArgumentException when the first frame of a GIF does not fill it */
    static void checkFills(final byte[] gif, final int width, final int height) {
        final ByteBuffer head = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN);
        if ((head.getShort(6) & 0xffff) != width || (head.getShort(8) & 0xffff) != height) {
            throw tooSmall();
        }
    }

    private static IllegalArgumentException tooSmall() {
        return new IllegalArgumentException("its first frame is smaller than the picture: convert it");
    }

    private static byte[] alone(final ByteBuffer frame) {
        final ByteBuffer data =
                frame.slice(FRAME_HEAD, frame.remaining() - FRAME_HEAD).order(ByteOrder.LITTLE_ENDIAN);
        final int length = RIFF_HEAD + HEAD + EXTENDED + data.remaining();
        final ByteBuffer made = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        put(made, "RIFF").putInt(length - HEAD);
        put(made, "WEBP");
        put(made, "VP8X").putInt(EXTENDED);
        made.putInt(is(data, 0, "ALPH") || is(data, 0, "VP8L") ? ALPHA : 0);
        // width and height less one, in three bytes each, as in the head of the frame
        for (int i = 6; i < 12; i++) {
            made.put(frame.get(i));
        }
        return made.put(data).array();
    }

    /** The content of the first chunk of a name; null where there is none. */
    private static @Nullable ByteBuffer chunk(final ByteBuffer file, final int from, final String name) {
        int at = from;
        while (at + HEAD <= file.limit()) {
            final int size = file.getInt(at + 4);
            if (size < 0 || size > file.limit() - at - HEAD) {
                return null;
            }
            if (is(file, at, name)) {
                return file.slice(at + HEAD, size).order(ByteOrder.LITTLE_ENDIAN);
            }
            // a chunk has an even length
            at += HEAD + size + size % 2;
        }
        return null;
    }

    private static boolean is(final ByteBuffer bytes, final int at, final String name) {
        if (at + name.length() > bytes.limit()) {
            return false;
        }
        final byte[] there = new byte[name.length()];
        bytes.get(at, there);
        return new String(there, StandardCharsets.US_ASCII).equals(name);
    }

    private static ByteBuffer put(final ByteBuffer into, final String name) {
        return into.put(name.getBytes(StandardCharsets.US_ASCII));
    }
}
