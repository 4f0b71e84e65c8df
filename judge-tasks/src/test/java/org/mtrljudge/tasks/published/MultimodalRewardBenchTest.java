package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultimodalRewardBenchTest {
    @TempDir
    private Path folder;

    private HandmadeData made;

    @BeforeEach
    void make() throws IOException {
        made = new HandmadeData(folder);
        made.pictures(1);
    }

    private Path file(final String better) throws IOException {
        return made.file(
                "all_data.json",
                "[{\"ID\": \"nocaps_1\", \"Image\": \"p0.png\", \"Category\": \"safety\", \"Text\": \"What is it?\","
                        + " \"Output1\": \"a cat\", \"Output2\": \"a dog\", \"Better\": \"" + better + "\"}]");
    }

    @Test
    void shouldAskWhichAnswerIsBetterInBothOrders() throws IOException {
        made.prepareTest("multimodal-rewardbench", file("Output2"), "");
        assertThat(made.lines()).hasSize(2).allSatisfy(line -> {
            assertThat(line.get("task").asText()).isEqualTo("multimodal-rewardbench");
            assertThat(line.get("split").asText()).isEqualTo("test");
            assertThat(line.get("labels").toString()).isEqualTo("[\"1\",\"2\"]");
            assertThat(line.get("images")).hasSize(1);
        });
        final JsonNode straight = made.lines().get(0);
        final JsonNode reversed = made.lines().get(1);
        assertThat(straight.get("answer").asText()).isEqualTo("2");
        assertThat(straight.get("prompt").asText())
                .isEqualTo("<image>\nQuestion: What is it?\nAnswer 1: a cat\nAnswer 2: a dog\n"
                        + "Which answer is better? Answer 1 or 2.");
        assertThat(reversed.get("answer").asText()).isEqualTo("1");
        assertThat(reversed.get("prompt").asText()).contains("Answer 1: a dog\nAnswer 2: a cat");
        assertThat(straight.get("pair")).isEqualTo(reversed.get("pair"));
    }

    /** The file as it is downloaded lacks some texts, which a script of the publication adds. */
    @Test
    void shouldNameTheRowAndWhatIsWrongInIt() throws IOException {
        final Path both = file("Both");
        assertThatThrownBy(() -> made.prepareTest("multimodal-rewardbench", both, ""))
                .hasMessageContaining("all_data.json row 1 has 'Both' under 'Better', but one of [Output1, Output2]");
        final Path noText = made.file(
                "release.json",
                "[{\"ID\": \"nocaps_1\", \"Image\": \"p0.png\", \"Output1\": \"a\", \"Output2\": \"b\", \"Better\": \"Output1\"}]");
        assertThatThrownBy(() -> made.prepareTest("multimodal-rewardbench", noText, ""))
                .hasMessageContaining("release.json row 1 has nothing under 'Text'");
    }
}
