package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.JsonlData;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

class ElpvTest {
    @TempDir
    private Path folder;

    private HandmadeData made;

    @BeforeEach
    void make() throws IOException {
        made = new HandmadeData(folder);
        made.pictures(8);
    }

    private void assertRefused(final String row, final String message) throws IOException {
        final Path file = made.file("labels.csv", row);
        assertThatThrownBy(() -> made.prepareTest("elpv", file, ""))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("labels.csv row 1 " + message);
    }

    /** 8 of the 2,624 rows: splits of 1771, 197 and 656 rows become 5, 1 and 2 rows. */
    @Test
    void shouldAskForTheProbabilityOfADefectAndDivideAsThePaperDoes() throws IOException {
        final String[] probabilities = {"0.0", "0.3333333333333333", "0.6666666666666666", "1.0"};
        final StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            rows.append("p" + i + ".png  " + probabilities[i % 4] + "   " + (i < 4 ? "mono" : "poly") + "\n");
        }
        final Path file = made.file("labels.csv", rows + "\n");
        final Preparation.Result result = made.prepare("elpv", Map.of(Split.TRAIN, file), null, null, "");
        assertThat(result.examples())
                .isEqualTo(Map.of(
                        Split.TRAIN,
                        Map.of("elpv", 5),
                        Split.VALIDATION,
                        Map.of("elpv", 1),
                        Split.TEST,
                        Map.of("elpv", 2)));
        assertThat(made.lines())
                .extracting(line -> line.get("answer").asText())
                .containsExactlyInAnyOrder("0", "0", "0.333", "0.333", "0.667", "0.667", "1", "1");
        for (final JsonNode line : made.lines()) {
            assertThat(line.get("prompt").asText())
                    .isEqualTo("<image>\nHow likely is this solar cell defective, from 0 to 1? Answer with a number.");
            assertThat(VerdictType.ofJson(line.get("verdict").toString())).isEqualTo(new Score(0, 1, false, 0.166));
        }
        final JudgeExample example =
                JsonlData.read(folder.resolve("out/data.jsonl")).example("elpv", Split.TEST, 0);
        assertThat(example.verdictType()).isInstanceOf(Score.class);
        assertThat(example.pictures()).hasSize(1);
    }

    /** A score is right where its nearest probability is the right one; 1/2 is between two of them. */
    @Test
    void shouldCountScoresUpToASixthFromTheProbabilityAsRight() throws IOException {
        made.prepareTest("elpv", made.file("labels.csv", "p0.png 0.3333333333333333 mono\n"), "");
        final VerdictType type =
                VerdictType.ofJson(made.lines().get(0).get("verdict").toString());
        assertThat(type.isRight("0.2", "0.333")).isTrue();
        assertThat(type.isRight("0.49", "0.333")).isTrue();
        assertThat(type.isRight("0.5", "0.333")).isFalse();
        assertThat(type.isRight("0.5", "0.667")).isFalse();
        assertThat(type.isRight("0.1", "0.333")).isFalse();
    }

    @Test
    void shouldNameTheRowAndWhatIsWrongInIt() throws IOException {
        assertRefused("p0.png 1.0\n", "has 2 values, but 3 are needed, separated by spaces: [path, probability, type]");
        assertRefused("p0.png 1.5 mono\n", "has '1.5' under 'probability', but a number from 0 to 1 is needed");
        assertRefused("p0.png high mono\n", "has 'high' under 'probability', but a finite number is needed");
        assertRefused("absent.png 1.0 mono\n", "names the picture absent.png, which is not there");
    }
}
