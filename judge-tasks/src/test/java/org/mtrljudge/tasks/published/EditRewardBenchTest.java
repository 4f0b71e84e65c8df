package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.VerdictType;

class EditRewardBenchTest {
    @TempDir
    private Path folder;

    private HandmadeData made;

    @BeforeEach
    void make() throws IOException {
        made = new HandmadeData(folder);
        made.pictures(3);
    }

    private Path file(final String ranking) throws IOException {
        return made.file(
                "edits.jsonl",
                "{\"id\": \"5f_AvsC\", \"instruction\": \"Make it red.\", \"source_image\": \"p0.png\", \"candidate_1\": \"p1.png\","
                        + " \"candidate_2\": \"p2.png\", \"ranking\": \"" + ranking + "\"}\n");
    }

    @Test
    void shouldShowThePictureThenTheEditsInBothOrders() throws IOException {
        made.prepareTest("editreward-bench", file("A>B"), "");
        final List<JsonNode> lines = made.lines();
        assertThat(lines).hasSize(2).allSatisfy(line -> {
            assertThat(line.get("task").asText()).isEqualTo("editreward-bench");
            assertThat(line.get("split").asText()).isEqualTo("test");
            assertThat(line.get("prompt").asText())
                    .isEqualTo("Picture: <image>\nEdit 1: <image>\nEdit 2: <image>\nInstruction: Make it red.\n"
                            + "Which edit follows the instruction better and looks better? Answer 1, 2 or tie.");
            assertThat(VerdictType.ofJson(line.get("verdict").toString())).isEqualTo(new Pair("1", "2", "tie"));
            assertThat(line.get("pair")).isEqualTo(lines.get(0).get("pair"));
        });
        final JsonNode straight = lines.get(0).get("images");
        final JsonNode reversed = lines.get(1).get("images");
        assertThat(straight).hasSize(3).doesNotHaveDuplicates();
        assertThat(reversed).containsExactly(straight.get(0), straight.get(2), straight.get(1));
    }

    @ParameterizedTest
    @CsvSource({"A>B,1,2", "B>A,2,1", "A<B,2,1", "A>C,1,2", "C > A,2,1", "D>B,2,1", "A=B,tie,tie", "A=B=Bad,tie,tie"})
    void shouldGiveTheBetterEditOrATie(final String ranking, final String straight, final String reversed)
            throws IOException {
        made.prepareTest("editreward-bench", file(ranking), "");
        assertThat(made.lines()).extracting(line -> line.get("answer").asText()).containsExactly(straight, reversed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A>A", "tie", "A>B>C", "A>E"})
    void shouldRefuseOtherRankings(final String ranking) throws IOException {
        final Path file = file(ranking);
        assertThatThrownBy(() -> made.prepareTest("editreward-bench", file, ""))
                .hasMessageContaining("edits.jsonl row 1 has the ranking '" + ranking
                        + "', but a comparison of two edits is needed, such as A>B, C>A or A=B");
    }
}
