package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mtrljudge.model.TestPictures;

class PixelCacheTest {
    private static final ImageProcessor PROCESSOR = new ImageProcessor(1024, 1 << 20, 16, 2, 2);
    private static final int BYTES = 64 * 64 * 3;

    /** More than the file of such a picture has, and less than two of them. */
    private static final int FILE_BYTES = 64 * 64 * 3 + 1000;

    @Test
    void shouldKeepThePixelsThatWereUsedLastAndDecodeTheOthersAgain() {
        final PixelCache cache = new PixelCache(2 * (BYTES + FILE_BYTES));
        final ImagePatches first = cache.process(PROCESSOR, TestPictures.noise(64, 64, 1), "first");
        final byte[] pixels = first.pixels();
        assertThat(pixels).hasSize(BYTES);
        cache.process(PROCESSOR, TestPictures.noise(64, 64, 2), "second");
        assertThat(first.pixels()).as("two fit").isSameAs(pixels);
        final ImagePatches third = cache.process(PROCESSOR, TestPictures.noise(64, 64, 3), "third");
        assertThat(first.pixels()).as("the second was not used for longer").isSameAs(pixels);
        final ImagePatches fourth = cache.process(PROCESSOR, TestPictures.noise(64, 64, 4), "fourth");
        assertThat(third.pixels()).isNotSameAs(pixels);
        assertThat(fourth.pixels()).isNotEmpty();
        assertThat(first.pixels()).isNotSameAs(pixels).isEqualTo(pixels);
    }

    @Test
    void shouldReadAPictureThatIsLargerThanTheCache() {
        final ImagePatches picture =
                new PixelCache(BYTES - 1).process(PROCESSOR, TestPictures.noise(64, 64, 1), "large");
        assertThat(picture.pixels()).hasSize(BYTES).isEqualTo(picture.pixels()).isNotSameAs(picture.pixels());
    }
}
