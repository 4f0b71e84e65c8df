package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.JsonlData;

/** Uses small handmade files in the published formats. */
class PreparationTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private HandmadeData made;

    @BeforeEach
    void make() {
        made = new HandmadeData(folder);
    }

    /** Twenty images have the scores 0 to 19. The median is over the sixteen images of the training split. */
    @Test
    void shouldMakeThreeTasksOfAginWithMediansOfTheTrainingSplit() throws IOException {
        made.pictures(20);
        final StringBuilder csv = new StringBuilder("filename,MOS_nat,MOS_tech,MOS_rat\n");
        for (int i = 0; i < 20; i++) {
            csv.append("p")
                    .append(i)
                    .append(".png,")
                    .append(i)
                    .append(',')
                    .append(19 - i)
                    .append(",1.5\n");
        }
        final Preparation.Result result = made.prepare(
                "agin", Map.of(Split.TRAIN, made.file("agin.csv", csv.toString())), List.of(16, 2, 2), null, "");
        assertThat(result.examples().get(Split.TRAIN))
                .isEqualTo(Map.of("agin-nat", 16, "agin-tech", 16, "agin-rat", 16));
        assertThat(result.examples().get(Split.TEST)).containsEntry("agin-nat", 2);

        final double[] trained = made.lines().stream()
                .filter(l -> l.get("split").asText().equals("train"))
                .filter(l -> l.get("task").asText().equals("agin-nat"))
                .mapToDouble(l -> l.get("grade").asDouble())
                .sorted()
                .toArray();
        assertThat(result.thresholds().get("MOS_nat")).isEqualTo((trained[7] + trained[8]) / 2);
        for (final JsonNode line : made.lines()) {
            final String task = line.get("task").asText();
            final double threshold = result.thresholds().get("MOS_" + task.substring("agin-".length()));
            assertThat(line.get("answer").asText()).isEqualTo(line.get("grade").asDouble() >= threshold ? "yes" : "no");
        }
        final JsonlData data = JsonlData.read(folder.resolve("out/data.jsonl"));
        assertThat(data.tasks(Split.TRAIN)).containsExactlyInAnyOrder("agin-nat", "agin-tech", "agin-rat");
        assertThat(data.example("agin-rat", Split.TEST, 0).pictures()).hasSize(1);
    }

    @Test
    void shouldDivideAsThePaperDoesWhereThereAreFewerRowsAndTearNoPromptApart() throws IOException {
        made.pictures(1);
        final List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 230; i++) {
            rows.add(Map.of(
                    "image_path", "p0.png",
                    "prompt_id", "prompt-" + i / 5,
                    "prompt", "a cat number " + i / 5,
                    "overall_rating", 1 + i % 7));
        }
        final Preparation.Result result = made.prepare(
                "imagereward",
                Map.of(Split.TRAIN, made.file("rewards.json", JSON.writeValueAsString(rows))),
                null,
                5.0,
                "");
        // 230 of the 11,498 rows in the paper: splits of 6194, 2584 and 2720 rows become 124, 52 and 54 rows
        assertThat(result.examples().get(Split.TRAIN).get("imagereward")).isBetween(120, 125);
        assertThat(result.examples().get(Split.VALIDATION).get("imagereward")).isBetween(49, 53);
        assertThat(result.examples().get(Split.TEST).get("imagereward")).isBetween(49, 55);
        final Map<String, Set<String>> splits = new HashMap<>();
        for (final JsonNode line : made.lines()) {
            splits.computeIfAbsent(line.get("prompt").asText(), p -> new HashSet<>())
                    .add(line.get("split").asText());
            assertThat(line.get("answer").asText()).isEqualTo(line.get("grade").asDouble() >= 5 ? "yes" : "no");
        }
        assertThat(splits.values()).allMatch(s -> s.size() == 1);
    }

    @Test
    void shouldTakePublishedSplitsAsTheyAreAndAddSetToSet() throws IOException {
        made.pictures(3);
        final String header = "image,safety_label,category\n";
        made.prepare(
                "unsafebench",
                Map.of(
                        Split.TRAIN, made.file("train.csv", header + "p0.png,Safe,x\np1.png,Unsafe,x\n"),
                        Split.TEST, made.file("test.csv", header + "p2.png,Unsafe,x\n")),
                null,
                null,
                "");
        final Path seetrue = made.file(
                "seetrue.jsonl",
                "{\"text\": \"a cat\", \"label\": 1, \"image\": {\"bytes\": \""
                        + Base64.getEncoder().encodeToString(made.picture(77)) + "\"}}\n"
                        + "{\"text\": \"a dog\", \"label\": 0, \"image\": \"p1.png\"}\n");
        made.prepare("seetrue", Map.of(Split.TRAIN, seetrue), List.of(1, 0, 1), null, "");
        assertThat(made.lines()).hasSize(5);
        assertThat(made.lines())
                .filteredOn(l -> l.get("task").asText().equals("unsafebench"))
                .filteredOn(l -> l.get("split").asText().equals("test"))
                .singleElement()
                .satisfies(l -> assertThat(l.get("answer").asText()).isEqualTo("no"));
        assertThat(made.lines())
                .filteredOn(l -> l.get("prompt").asText().contains("Text: a cat"))
                .singleElement()
                .satisfies(l -> {
                    assertThat(l.get("answer").asText()).isEqualTo("yes");
                    assertThat(Files.readAllBytes(folder.resolve("out")
                                    .resolve(l.get("images").get(0).asText())))
                            .isEqualTo(made.picture(77));
                });
        assertThatThrownBy(() -> made.prepare("seetrue", Map.of(Split.TRAIN, seetrue), List.of(1, 0, 1), null, ""))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has the task seetrue already");
    }

    @Test
    void shouldKeepAPictureInOneSplitWhateverIsAskedOfIt() throws IOException {
        final StringBuilder rows = new StringBuilder();
        for (int picture = 0; picture < 4; picture++) {
            final String bytes = Base64.getEncoder().encodeToString(made.picture(picture + 1));
            for (int text = 0; text < 5; text++) {
                rows.append("{\"text\": \"text %d of %d\", \"label\": 1, \"image\": {\"bytes\": \"%s\"}}\n"
                        .formatted(text, picture, bytes));
            }
        }
        made.prepare(
                "seetrue", Map.of(Split.TRAIN, made.file("s.jsonl", rows.toString())), List.of(10, 5, 5), null, "");
        final Map<String, Set<String>> splits = new TreeMap<>();
        for (final JsonNode line : made.lines()) {
            splits.computeIfAbsent(line.get("images").get(0).asText(), image -> new TreeSet<>())
                    .add(line.get("split").asText());
        }
        assertThat(splits).hasSize(4);
        assertThat(splits.values()).allMatch(of -> of.size() == 1);
    }

    @Test
    void shouldReadTrainingDataOfEasyR1() throws IOException {
        made.pictures(1);
        made.prepare(
                "easyr1",
                Map.of(
                        Split.TRAIN,
                        made.file(
                                "easy.jsonl",
                                "{\"problem\": \"<image>Safe?\", \"answer\": \"yes\", \"images\": [\"p0.png\"]}\n")),
                null,
                null,
                "mine");
        assertThat(made.lines()).singleElement().satisfies(line -> {
            assertThat(line.get("task").asText()).isEqualTo("mine");
            assertThat(line.get("split").asText()).isEqualTo("train");
            assertThat(line.get("prompt").asText()).isEqualTo("<image>Safe?");
        });
    }

    @Test
    void shouldNameFileRowAndColumnOfWhatIsWrong() throws IOException {
        made.pictures(1);
        final Path noColumn = made.file("a.csv", "text,image\na cat,p0.png\n");
        assertThatThrownBy(() -> made.prepareTest("seetrue", noColumn, ""))
                .hasMessageContaining("a.csv row 1 has nothing under 'label'; there are [text, image]");
        final Path outside = made.file("b.csv", "text,label,image\na cat,1,../x.png\n");
        assertThatThrownBy(() -> made.prepareTest("seetrue", outside, ""))
                .hasMessageContaining("is outside the data root");
        final Path absent = made.file("c.csv", "text,label,image\na cat,1,absent.png\n");
        assertThatThrownBy(() -> made.prepareTest("seetrue", absent, ""))
                .hasMessageContaining("c.csv row 1 names the picture absent.png, which is not there");
        final Path label = made.file("d.csv", "text,label,image\na cat,maybe,p0.png\n");
        assertThatThrownBy(() -> made.prepareTest("seetrue", label, "")).hasMessageContaining("'maybe'");
        final Path broken = made.file("e.jsonl", "{\"text\": \n");
        assertThatThrownBy(() -> made.prepareTest("seetrue", broken, ""))
                .hasMessageContaining("e.jsonl row 1 cannot be read");
        assertThatThrownBy(() -> made.prepareTest("seetruth", label, ""))
                .hasMessageContaining("no reader of 'seetruth', there are [agin");
    }
}
