package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.JsonlData;

class ParquetRowsTest {
    @TempDir
    private Path folder;

    private HandmadeData made;

    @BeforeEach
    void make() {
        made = new HandmadeData(folder);
    }

    /** pyarrow wrote the file in the format of the hub (src/test/golden/make_parquet.py): six pictures, every second one unsafe. */
    @Test
    void shouldReadParquetWithItsPictures() throws IOException {
        final Path shards = Files.createDirectories(folder.resolve("shards"));
        final Path first = shards.resolve("train-00000-of-00002.parquet");
        try (InputStream published = getClass().getResourceAsStream("/unsafebench.parquet")) {
            Files.copy(published, first);
        }
        Files.copy(first, shards.resolve("train-00001-of-00002.parquet"));
        Files.writeString(shards.resolve("README.md"), "no rows");
        final Preparation.Result result =
                made.prepare("unsafebench", Map.of(Split.TRAIN, first), List.of(3, 1, 2), null, "");
        assertThat(result.examples().get(Split.TEST)).containsExactly(Map.entry("unsafebench", 2));
        final JsonlData data = JsonlData.read(folder.resolve("out/data.jsonl"));
        final BufferedImage image = ImageIO.read(new ByteArrayInputStream(
                data.example("unsafebench", Split.TEST, 0).pictures().get(0)));
        assertThat(image.getWidth()).isEqualTo(32);
        assertThat(Rows.read(shards)).hasSize(12).element(11).satisfies(row -> {
            assertThat(row.where()).endsWith("train-00001-of-00002.parquet row 6");
            assertThat(row.text("safety_label")).isEqualTo("Unsafe");
            assertThat(row.pictures("pictures")).hasSize(2);
        });
        assertThat(Rows.read(first).get(1).number("score")).isEqualTo(1);
        assertThatThrownBy(() -> Rows.read(first).get(1).text("category"))
                .hasMessageContaining("row 2 has nothing under 'category'");
    }

    @Test
    void shouldSayThatDamagedParquetIsNone() throws IOException {
        final Path text = made.file("a.parquet", "PAR1 this is no such file PAR1");
        assertThatThrownBy(() -> Rows.read(text))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.parquet cannot be read as Parquet");
        final Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> Rows.read(empty)).hasMessageContaining("holds no file that ends in one of [csv, ");
    }
}
