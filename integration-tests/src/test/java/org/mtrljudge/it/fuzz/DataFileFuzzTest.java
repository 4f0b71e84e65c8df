package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.PictureFolder;
import org.mtrljudge.tasks.PromptTemplate;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.JsonlData;

/** The data of a user are read, or refused with the line and the reason. */
class DataFileFuzzTest {
    private static final byte[] PICTURE = {1, 2, 3};

    @TempDir
    static Path folder;

    @BeforeAll
    static void onePicture() throws IOException {
        Files.createDirectories(folder.resolve("images"));
        Files.write(folder.resolve("images/a.png"), PICTURE);
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseDataOfAUser(final byte[] bytes) throws IOException {
        final Path file = Files.write(folder.resolve("data.jsonl"), bytes);
        final JsonlData data;
        try {
            data = JsonlData.read(file);
        } catch (final DataException e) {
            assertThat(e).hasMessageContaining("data.jsonl");
            return;
        }
        for (final Split split : Split.values()) {
            for (final String task : data.tasks(split)) {
                for (int i = 0; i < data.size(task, split); i++) {
                    check(data, task, split, i);
                }
            }
        }
    }

    private static void check(final JsonlData data, final String task, final Split split, final int index) {
        final JudgeExample example = data.example(task, split, index);
        assertThat(example.labels()).contains(example.answer()).doesNotHaveDuplicates();
        assertThat(example.grade() == null || Double.isFinite(example.grade())).isTrue();
        assertThat(data.otherOrders(task, split, index))
                .allMatch(other -> data.otherOrders(task, split, other).contains(index));
        assertThat(example.images())
                .extracting(ExampleImage::bytes)
                .allSatisfy(read -> assertThat(read).isNotNull());
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOnlyPicturesInTheFolder(final byte[] bytes) throws IOException {
        final String name = new String(bytes, StandardCharsets.UTF_8);
        final byte[] read;
        try {
            read = new PictureFolder(folder.resolve("images")).read(name);
        } catch (final DataException e) {
            return;
        }
        assertThat(read).isEqualTo(PICTURE);
    }

    @FuzzTest(maxDuration = "")
    void shouldFillOrRefuseAPromptOfATask(final byte[] bytes) {
        final String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", 2);
        final PromptTemplate template;
        try {
            template = PromptTemplate.resource(lines[0]);
        } catch (final IllegalArgumentException e) {
            assertThat(e).hasMessageContaining(lines[0]);
            return;
        }
        final String text = lines[lines.length - 1];
        assertThat(template.fill(text)).isEqualTo(template.fill("{text}").replace("{text}", text));
    }
}
