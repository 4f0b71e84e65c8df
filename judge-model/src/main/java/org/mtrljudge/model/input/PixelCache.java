package org.mtrljudge.model.input;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The pixels of the pictures that were used last, up to a number of bytes of pixels and files together. A picture that is no longer among them is decoded again from its
 * file when it is used. A learner holds the prompts of several batches; their files are small, their pixels are not. For all threads.
 */
final class PixelCache {
    private final long limitBytes;
    // from the one that was not used for the longest time to the one that was used last
    private final Map<Source, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long keptBytes;

    PixelCache(final long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** A picture by its file; equal to itself alone. */
    private final class Source implements Supplier<byte[]> {
        private final ImageProcessor processor;
        private final byte[] file;
        private final String name;

        Source(final ImageProcessor processor, final byte[] file, final String name) {
            this.processor = processor;
            this.file = file;
            this.name = name;
        }

        @Override
        public byte[] get() {
            final byte[] known = find(this);
            return known != null
                    ? known
                    : keep(this, processor.process(file, name).pixels());
        }
    }

    /**
     * Decodes a picture, now and again later.
     *
     * @throws org.mtrljudge.model.config.ModelException as {@link ImageProcessor#process}
     */
    ImagePatches process(final ImageProcessor processor, final byte[] file, final String name) {
        final ImagePatches decoded = processor.process(file, name);
        final Source picture = new Source(processor, file, name);
        keep(picture, decoded.pixels());
        return new ImagePatches(decoded.gridHeight(), decoded.gridWidth(), file.length, picture);
    }

    private synchronized byte @Nullable [] find(final Source picture) {
        return kept.get(picture);
    }

    private synchronized byte[] keep(final Source picture, final byte[] pixels) {
        if (kept.put(picture, pixels) == null) {
            keptBytes += picture.file.length + (long) pixels.length;
        }
        for (final Iterator<Map.Entry<Source, byte[]>> oldest = kept.entrySet().iterator();
                keptBytes > limitBytes && oldest.hasNext(); ) {
            final Map.Entry<Source, byte[]> entry = oldest.next();
            keptBytes -= entry.getKey().file.length + (long) entry.getValue().length;
            oldest.remove();
        }
        return pixels;
    }
}
