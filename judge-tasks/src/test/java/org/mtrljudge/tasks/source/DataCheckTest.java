package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.Split;

class DataCheckTest {
    /** A model that refuses the picture 2 and texts with a question mark after "two". */
    private static final DataCheck.Input INPUT = new DataCheck.Input() {
        @Override
        public String problemOf(final byte[] picture, final String origin) {
            return picture[0] == 2 ? origin + " is not a picture" : null;
        }

        @Override
        public String problemOf(final String text) {
            return text.contains("two?") ? "it says two" : null;
        }
    };

    @TempDir
    private Path folder;

    private Path data(final String lines) throws IOException {
        Files.write(folder.resolve("a.png"), new byte[] {1});
        Files.write(folder.resolve("b.png"), new byte[] {2});
        return Files.writeString(folder.resolve("data.jsonl"), lines);
    }

    @Test
    void shouldCountAnswersAndFindWhatIsRepeatedOrCannotBeUsed() throws IOException {
        final Path file = data("""
                {"task":"t","prompt":"<image> one?","images":["a.png"],"answer":"yes","split":"train"}
                {"task":"t","prompt":"<image> one?","images":["b.png"],"answer":"yes","split":"train"}
                {"task":"t","prompt":"two?","images":[],"answer":"no","split":"train"}
                {"task":"t","prompt":"<image> one?","images":["a.png"],"answer":"no","split":"test"}
                """);
        final DataCheck.Result result = DataCheck.of(file, INPUT);
        assertThat(result.counts())
                .containsExactly(
                        new DataCheck.Count(Split.TRAIN, "t", 3, Map.of("no", 1, "yes", 2)),
                        new DataCheck.Count(Split.TEST, "t", 1, Map.of("no", 1)));
        assertThat(result.counts().get(0).mostFrequentPercent()).isEqualTo(66);
        assertThat(result.repeated()).containsExactly("t line-4 of the split test is also in the split train");
        assertThat(result.unreadable()).containsExactly(file + " line-2 is not a picture");
        assertThat(result.refused()).containsExactly(file + " line-3: it says two");
        assertThat(result.isClean()).isFalse();
    }

    @Test
    void shouldNotCallDataCleanWithATextThatAModelRefuses() throws IOException {
        final String clean = """
                {"task":"t","prompt":"one?","images":[],"answer":"yes","split":"train"}
                {"task":"t","prompt":"three?","images":[],"answer":"yes","split":"test"}
                """;
        assertThat(DataCheck.of(data(clean), INPUT).isClean()).isTrue();
        assertThat(DataCheck.of(data(clean.replace("three", "two")), INPUT).isClean())
                .isFalse();
    }
}
