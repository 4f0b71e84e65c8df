package org.mtrljudge.model.input;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.png.PngChunk;
import com.drew.imaging.png.PngChunkReader;
import com.drew.imaging.png.PngChunkType;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.StreamReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * How a photograph was held, from its EXIF data alone: other metadata of a picture may be compressed, and so be larger than the memory.
 */
final class Orientation {
    private static final int UPRIGHT = 1;
    private static final int LAST = 8;

    private Orientation() {}

    /** 1 to 8, as EXIF counts them; 1 where nothing sound is said. */
    static int of(final byte[] encoded) {
        try {
            final ExifIFD0Directory exif = metadata(encoded).getFirstDirectoryOfType(ExifIFD0Directory.class);
            final int said = exif == null || !exif.containsTag(ExifIFD0Directory.TAG_ORIENTATION)
                    ? UPRIGHT
                    : exif.getInt(ExifIFD0Directory.TAG_ORIENTATION);
            return said >= UPRIGHT && said <= LAST ? said : UPRIGHT;
        } catch (final ImageProcessingException | MetadataException | IOException | RuntimeException e) {
            // metadata that cannot be read says nothing; whether the picture can be read is seen later
            return UPRIGHT;
        }
    }

    private static Metadata metadata(final byte[] encoded) throws ImageProcessingException, IOException {
        final ByteArrayInputStream in = new ByteArrayInputStream(encoded);
        if (startsWith(encoded, 0xff, 0xd8)) {
            return JpegMetadataReader.readMetadata(in, List.of(new ExifReader()));
        }
        if (startsWith(encoded, 'R', 'I', 'F', 'F')) {
            return WebpMetadataReader.readMetadata(in);
        }
        final Metadata metadata = new Metadata();
        if (startsWith(encoded, 0x89, 'P', 'N', 'G')) {
            for (final PngChunk chunk : new PngChunkReader().extract(new StreamReader(in), Set.of(PngChunkType.eXIf))) {
                new ExifReader().extract(new ByteArrayReader(chunk.getBytes()), metadata);
            }
        }
        return metadata;
    }

    private static boolean startsWith(final byte[] encoded, final int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (i >= encoded.length || (encoded[i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
