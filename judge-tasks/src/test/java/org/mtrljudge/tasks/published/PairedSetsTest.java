package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published sets whose examples compare two pictures or two answers. */
class PairedSetsTest {
    @TempDir
    private Path folder;

    private HandmadeData made;

    @BeforeEach
    void make() {
        made = new HandmadeData(folder);
    }

    @Test
    void shouldAskPairsInBothOrders() throws IOException {
        made.pictures(2);
        made.prepareTest(
                "mj-bench",
                made.file(
                        "mj.jsonl",
                        "{\"caption\": \"a cat\", \"image0\": \"p0.png\", \"image1\": \"p1.png\", \"label\": 0}\n"),
                "alignment");
        assertThat(made.lines()).hasSize(2);
        final JsonNode straight = made.lines().get(0);
        final JsonNode reversed = made.lines().get(1);
        assertThat(straight.get("task").asText()).isEqualTo("mj-alignment");
        assertThat(straight.get("answer").asText()).isEqualTo("1");
        assertThat(reversed.get("answer").asText()).isEqualTo("2");
        assertThat(straight.get("images").get(0))
                .isEqualTo(reversed.get("images").get(1));
        assertThat(straight.get("pair")).isEqualTo(reversed.get("pair"));
        assertThat(straight.get("labels").toString()).isEqualTo("[\"1\",\"2\"]");
    }

    @Test
    void shouldReadTheOtherPairedSets() throws IOException {
        made.pictures(2);
        final Preparation.Result genai = made.prepareTest(
                "genai-bench",
                made.file(
                        "genai.json",
                        "[{\"prompt\": \"a\", \"left_image\": \"p0.png\", \"right_image\": \"p1.png\", \"vote_type\": \"rightvote\"},"
                                + "{\"prompt\": \"b\", \"left_image\": \"p0.png\", \"right_image\": \"p1.png\", \"vote_type\": \"tievote\"}]"),
                "");
        assertThat(genai.leftOut()).isEqualTo(1);
        assertThat(made.lines().get(0).get("answer").asText()).isEqualTo("2");

        made.prepareTest(
                "vl-rewardbench",
                made.file(
                        "vl.jsonl",
                        "{\"id\": \"v1\", \"query\": \"what is it?\", \"response\": [\"a dog <image>\", \"a cat\"], \"image\": \"p0.png\","
                                + " \"human_ranking\": [1, 0]}\n"),
                "");
        assertThat(made.lines().get(2).get("answer").asText()).isEqualTo("2");
        assertThat(made.lines().get(2).get("prompt").asText())
                .contains("Answer 1: a dog \nAnswer 2: a cat")
                .containsOnlyOnce("<image>");

        made.prepareTest(
                "mmrb2",
                made.file(
                        "mmrb2.json",
                        "{\"pairs\": [{\"pair_id\": \"m1\", \"prompt_content\": [{\"text\": \"draw a cat\"}], \"response_a\": \"p0.png\","
                                + " \"response_b\": [\"here: \", \"p1.png\"], \"chosen\": \"A\"}]}"),
                "");
        final JsonNode last = made.lines().get(5);
        assertThat(last.get("answer").asText())
                .as("B comes first in the second order")
                .isEqualTo("2");
        assertThat(last.get("prompt").asText())
                .contains("Request: draw a cat\nResponse 1: here: <image>\nResponse 2: <image>");
        assertThat(last.get("images")).hasSize(2);
    }
}
