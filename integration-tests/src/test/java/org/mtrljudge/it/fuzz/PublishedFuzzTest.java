package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.published.Preparation;
import org.mtrljudge.tasks.published.PreparedFolder;
import org.mtrljudge.tasks.source.JsonlData;

/** The rows of a published set become data that training can read, or are refused with the row and the reason. */
class PublishedFuzzTest {
    private static final List<String> TEXTS = List.of("csv", "json", "jsonl");

    @TempDir
    static Path folder;

    /** The first line has the name of the set and the kind of the file: {@code agin csv}. */
    @FuzzTest(maxDuration = "")
    void shouldPrepareOrRefuseRowsOfText(final byte[] bytes) throws IOException {
        final int line = firstLine(bytes);
        final String[] words = new String(bytes, 0, line, StandardCharsets.UTF_8).split(" ", 2);
        if (words.length == 2 && TEXTS.contains(words[1])) {
            prepare(words[0], words[1], Arrays.copyOfRange(bytes, Math.min(bytes.length, line + 1), bytes.length));
        }
    }

    /** The first line has the name of the set. */
    @FuzzTest(maxDuration = "")
    void shouldPrepareOrRefuseRowsOfParquet(final byte[] bytes) throws IOException {
        final int line = firstLine(bytes);
        prepare(
                new String(bytes, 0, line, StandardCharsets.UTF_8),
                "parquet",
                Arrays.copyOfRange(bytes, Math.min(bytes.length, line + 1), bytes.length));
    }

    @FuzzTest(maxDuration = "")
    void shouldAddToOrRefuseAPreparedFolder(final byte[] bytes) throws IOException {
        final Path file = Files.write(folder.resolve("data.jsonl"), bytes);
        try (PreparedFolder prepared = new PreparedFolder(folder, folder, picture -> "png")) {
            assertThat(prepared).isNotNull();
        } catch (final DataException e) {
            assertThat(e).hasMessageContaining(file.getParent().toString());
        }
        assertThat(file).hasBinaryContent(bytes);
    }

    /** What was prepared is read for training, or refused with its line: easyr1 takes the prompts of the user as they are. */
    private static void read(final Path data) {
        try {
            assertThat(JsonlData.read(data).tasks(Split.TRAIN)).isNotEmpty();
        } catch (final DataException e) {
            assertThat(e).hasMessageContaining("data.jsonl");
        }
    }

    private static int firstLine(final byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    private static void prepare(final String set, final String ending, final byte[] rows) throws IOException {
        final Path file = Files.write(folder.resolve("rows." + ending), rows);
        final Path out = folder.resolve("out");
        Folders.delete(out);
        Files.write(folder.resolve("a.png"), new byte[] {1});
        final var options = new Preparation.Options(Map.of(Split.TRAIN, file), null, null, "safety", 1);
        final Preparation.Result result;
        try (PreparedFolder prepared = new PreparedFolder(out, folder, picture -> "png")) {
            result = Preparation.prepare(set, options, prepared);
        } catch (final DataException e) {
            return;
        }
        if (result.examples().containsKey(Split.TRAIN) && result.examples().containsKey(Split.TEST)) {
            read(out.resolve("data.jsonl"));
        }
    }
}
