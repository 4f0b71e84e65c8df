package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** A data file with an index beside it. */
class JsonlIndexTest {
    @TempDir
    private Path folder;

    private Path file;
    private Path index;

    @BeforeEach
    void paths() {
        file = folder.resolve("data.jsonl");
        index = folder.resolve("data.jsonl.index");
    }

    private JsonlData read() {
        return JsonlData.read(file, 0);
    }

    private static String line(final String task, final String split, final int i, final String pair) {
        return "{\"task\":\"" + task + "\",\"split\":\"" + split + "\",\"prompt\":\"Frage " + i
                + " ü€😀?\",\"images\":[],\"answer\":\"" + (i % 3 == 0 ? "ja" : "nein") + "\"" + pair + "}";
    }

    /** Thousands of lines of three tasks, with 200 questions in three orders each, whose lines are far apart. */
    private void writeMany() throws IOException {
        final SplittableRandom random = new SplittableRandom(3);
        final List<String> lines = new ArrayList<>();
        int paired = 0;
        for (int i = 0; i < 6000; i++) {
            final String split = List.of("train", "train", "validation", "test").get(i % 4);
            if (i % 5 == 0 && split.equals("train")) {
                lines.add(line("pairs", split, i, ",\"pair\":\"p" + paired++ % 200 + "\""));
            } else {
                lines.add(line(i % 2 == 0 ? "plain" : "other", split, i, ""));
            }
            if (random.nextInt(4) == 0) {
                lines.add("  ");
            }
        }
        assertThat(paired).isEqualTo(600);
        Files.writeString(file, String.join("\r\n", lines));
    }

    private static List<JudgeExample> all(final JsonlData data) {
        final List<JudgeExample> examples = new ArrayList<>();
        for (final Split split : Split.values()) {
            for (final String task : data.tasks(split)) {
                for (int i = 0; i < data.size(task, split); i++) {
                    examples.add(data.example(task, split, i));
                }
            }
        }
        return examples;
    }

    @Test
    void shouldReadTheSameWithAndWithoutIt() throws IOException {
        writeMany();
        final List<JudgeExample> expected = all(JsonlData.read(file));
        assertThat(index).doesNotExist();
        assertThat(expected).hasSize(6000);
        assertThat(all(read())).isEqualTo(expected);
        assertThat(index).exists();
        assertThat(all(read())).isEqualTo(expected);
        final JudgeExample last = expected.get(expected.size() - 1);
        assertThat(last.prompt()).isEqualTo("Frage 5999 ü€😀?");
        assertThat(Files.readAllLines(file).get(Integer.parseInt(last.id().substring("line-".length())) - 1))
                .contains("Frage 5999");
    }

    @Test
    void shouldFindAllOrdersOfPairs() throws IOException {
        writeMany();
        final JsonlData data = read();
        assertThat(data.size("pairs", Split.TRAIN)).isEqualTo(600);
        for (int i = 0; i < 600; i++) {
            final List<Integer> orders = new ArrayList<>(List.of(i % 200, i % 200 + 200, i % 200 + 400));
            orders.remove(i / 200);
            assertThat(data.otherOrders("pairs", Split.TRAIN, i)).isEqualTo(orders);
        }
    }

    /** 64 bits of a digest name a pair, and its upper 33 bits sort the rows. */
    @Test
    void shouldTellManyPairsFromEachOther() {
        final SectionRows rows = new SectionRows();
        final int pairs = 200_000;
        for (int i = 0; i < 2 * pairs; i++) {
            rows.add(i, 1, i, String.valueOf(i % pairs));
        }
        final int[] nexts =
                rows.rings((o, l, n, c) -> new DataException("many"), (o, l, n, c) -> new DataException("?"));
        for (int i = 0; i < 2 * pairs; i++) {
            assertThat(nexts[i]).isEqualTo(i < pairs ? i + pairs : i - pairs);
        }
    }

    @Test
    void shouldMakeItAgainWhenTheFileHasChanged() throws IOException {
        final String one = line("t", "train", 1, "") + "\n" + line("t", "test", 2, "") + "\n";
        Files.writeString(file, one);
        assertThat(read().size("t", Split.TRAIN)).isEqualTo(1);
        Files.writeString(file, one + line("t", "train", 3, "") + "\n");
        assertThat(read().size("t", Split.TRAIN)).isEqualTo(2);
        final JsonlData before = read();
        Files.writeString(file, one.replace("train", "test "));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThatThrownBy(() -> before.example("t", Split.TRAIN, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data.jsonl:1");
        assertThatThrownBy(() -> before.example("t", Split.TRAIN, 1))
                .hasMessageContaining("data.jsonl:3 is no longer there");
        assertThatThrownBy(this::read).hasMessageContaining("has the split 'test '");
    }

    @Test
    void shouldNotBelieveADamagedIndex() throws IOException {
        writeMany();
        final List<JudgeExample> expected = all(read());
        final byte[] whole = Files.readAllBytes(index);
        for (final int length : new int[] {0, 7, 15, 40, whole.length / 2, whole.length - 1}) {
            Files.write(index, Arrays.copyOf(whole, length));
            assertThat(all(read())).isEqualTo(expected);
        }
        final byte[] wrong = whole.clone();
        wrong[20] = '!';
        Files.write(index, wrong);
        assertThat(all(read())).isEqualTo(expected);
        // the place of the last row
        Arrays.fill(whole, whole.length - SectionRows.ROW_BYTES, whole.length, (byte) 0x7f);
        Files.write(index, whole);
        assertThatThrownBy(() -> all(read()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("delete the index");
    }

    @Test
    void shouldDoWithoutWhereItCannotBeWritten() throws IOException {
        writeMany();
        Files.createDirectories(index.resolve("in the way"));
        assertThat(all(read())).hasSize(6000);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("data.jsonl", "data.jsonl.index");
    }

    /** The type of verdict may stand in the last line of a task. */
    @Test
    void shouldCheckTheAnswersBeforeTheirType() throws IOException {
        final String typed = line("t", "test", 3, ",\"labels\":[\"ja\",\"vielleicht\"]");
        Files.writeString(file, line("t", "train", 0, "") + "\n" + line("t", "train", 1, "") + "\n" + typed);
        assertThatThrownBy(this::read)
                .hasMessageContaining("data.jsonl:2 has the answer 'nein', but a verdict of task t is one of");
        Files.writeString(file, line("t", "test", 1, "") + "\n" + line("t", "train", 0, "") + "\n");
        assertThat(read().example("t", Split.TRAIN, 0).labels())
                .as("those of the training split first")
                .containsExactly("ja", "nein");
    }
}
