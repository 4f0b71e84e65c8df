package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
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

    private byte[] picture(final int shade) throws IOException {
        final BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, shade);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private void pictures(final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Files.write(folder.resolve("p" + i + ".png"), picture(i + 1));
        }
    }

    private Path file(final String name, final String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Preparation.Result prepare(
            final String set,
            final Map<Split, Path> files,
            final List<Integer> sizes,
            final Double threshold,
            final String subset) {
        try (PreparedFolder out = new PreparedFolder(folder.resolve("out"), folder)) {
            return Preparation.prepare(set, new Preparation.Options(files, sizes, threshold, subset, 1), out);
        }
    }

    private Preparation.Result prepareTest(final String set, final Path file, final String subset) {
        return prepare(set, Map.of(Split.TEST, file), null, null, subset);
    }

    private List<JsonNode> lines() throws IOException {
        final List<JsonNode> lines = new ArrayList<>();
        for (final String line : Files.readAllLines(folder.resolve("out/data.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    /** Twenty images have the scores 0 to 19. The median is over the sixteen images of the training split. */
    @Test
    void shouldMakeThreeTasksOfAginWithMediansOfTheTrainingSplit() throws IOException {
        pictures(20);
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
        final Preparation.Result result =
                prepare("agin", Map.of(Split.TRAIN, file("agin.csv", csv.toString())), List.of(16, 2, 2), null, "");
        assertThat(result.examples().get(Split.TRAIN))
                .isEqualTo(Map.of("agin-nat", 16, "agin-tech", 16, "agin-rat", 16));
        assertThat(result.examples().get(Split.TEST)).containsEntry("agin-nat", 2);

        final double[] trained = lines().stream()
                .filter(l -> l.get("split").asText().equals("train"))
                .filter(l -> l.get("task").asText().equals("agin-nat"))
                .mapToDouble(l -> l.get("grade").asDouble())
                .sorted()
                .toArray();
        assertThat(result.thresholds().get("MOS_nat")).isEqualTo((trained[7] + trained[8]) / 2);
        for (final JsonNode line : lines()) {
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
        pictures(1);
        final List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 230; i++) {
            rows.add(Map.of(
                    "image_path", "p0.png",
                    "prompt_id", "prompt-" + i / 5,
                    "prompt", "a cat number " + i / 5,
                    "overall_rating", 1 + i % 7));
        }
        final Preparation.Result result = prepare(
                "imagereward", Map.of(Split.TRAIN, file("rewards.json", JSON.writeValueAsString(rows))), null, 5.0, "");
        // 230 of the 11,498 rows in the paper: splits of 6194, 2584 and 2720 rows become 124, 52 and 54 rows
        assertThat(result.examples().get(Split.TRAIN).get("imagereward")).isBetween(120, 125);
        assertThat(result.examples().get(Split.VALIDATION).get("imagereward")).isBetween(49, 53);
        assertThat(result.examples().get(Split.TEST).get("imagereward")).isBetween(49, 55);
        final Map<String, Set<String>> splits = new HashMap<>();
        for (final JsonNode line : lines()) {
            splits.computeIfAbsent(line.get("prompt").asText(), p -> new HashSet<>())
                    .add(line.get("split").asText());
            assertThat(line.get("answer").asText()).isEqualTo(line.get("grade").asDouble() >= 5 ? "yes" : "no");
        }
        assertThat(splits.values()).allMatch(s -> s.size() == 1);
    }

    @Test
    void shouldTakePublishedSplitsAsTheyAreAndAddSetToSet() throws IOException {
        pictures(3);
        final String header = "image,safety_label,category\n";
        prepare(
                "unsafebench",
                Map.of(
                        Split.TRAIN, file("train.csv", header + "p0.png,Safe,x\np1.png,Unsafe,x\n"),
                        Split.TEST, file("test.csv", header + "p2.png,Unsafe,x\n")),
                null,
                null,
                "");
        final Path seetrue = file(
                "seetrue.jsonl",
                "{\"text\": \"a cat\", \"label\": 1, \"image\": {\"bytes\": \""
                        + Base64.getEncoder().encodeToString(picture(77)) + "\"}}\n"
                        + "{\"text\": \"a dog\", \"label\": 0, \"image\": \"p1.png\"}\n");
        prepare("seetrue", Map.of(Split.TRAIN, seetrue), List.of(1, 0, 1), null, "");
        assertThat(lines()).hasSize(5);
        assertThat(lines())
                .filteredOn(l -> l.get("task").asText().equals("unsafebench"))
                .filteredOn(l -> l.get("split").asText().equals("test"))
                .singleElement()
                .satisfies(l -> assertThat(l.get("answer").asText()).isEqualTo("no"));
        assertThat(lines())
                .filteredOn(l -> l.get("prompt").asText().contains("Text: a cat"))
                .singleElement()
                .satisfies(l -> {
                    assertThat(l.get("answer").asText()).isEqualTo("yes");
                    assertThat(Files.readAllBytes(folder.resolve("out")
                                    .resolve(l.get("images").get(0).asText())))
                            .isEqualTo(picture(77));
                });
        assertThatThrownBy(() -> prepare("seetrue", Map.of(Split.TRAIN, seetrue), List.of(1, 0, 1), null, ""))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has the task seetrue already");
    }

    @Test
    void shouldAskPairsInBothOrders() throws IOException {
        pictures(2);
        prepareTest(
                "mj-bench",
                file(
                        "mj.jsonl",
                        "{\"caption\": \"a cat\", \"image0\": \"p0.png\", \"image1\": \"p1.png\", \"label\": 0}\n"),
                "alignment");
        assertThat(lines()).hasSize(2);
        final JsonNode straight = lines().get(0);
        final JsonNode reversed = lines().get(1);
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
        pictures(2);
        final Preparation.Result genai = prepareTest(
                "genai-bench",
                file(
                        "genai.json",
                        "[{\"prompt\": \"a\", \"left_image\": \"p0.png\", \"right_image\": \"p1.png\", \"vote_type\": \"rightvote\"},"
                                + "{\"prompt\": \"b\", \"left_image\": \"p0.png\", \"right_image\": \"p1.png\", \"vote_type\": \"tievote\"}]"),
                "");
        assertThat(genai.leftOut()).isEqualTo(1);
        assertThat(lines().get(0).get("answer").asText()).isEqualTo("2");

        prepareTest(
                "vl-rewardbench",
                file(
                        "vl.jsonl",
                        "{\"id\": \"v1\", \"query\": \"what is it?\", \"response\": [\"a dog <image>\", \"a cat\"], \"image\": \"p0.png\","
                                + " \"human_ranking\": [1, 0]}\n"),
                "");
        assertThat(lines().get(2).get("answer").asText()).isEqualTo("2");
        assertThat(lines().get(2).get("prompt").asText())
                .contains("Answer 1: a dog \nAnswer 2: a cat")
                .containsOnlyOnce("<image>");

        prepareTest(
                "mmrb2",
                file(
                        "mmrb2.json",
                        "{\"pairs\": [{\"pair_id\": \"m1\", \"prompt_content\": [{\"text\": \"draw a cat\"}], \"response_a\": \"p0.png\","
                                + " \"response_b\": [\"here: \", \"p1.png\"], \"chosen\": \"A\"}]}"),
                "");
        final JsonNode last = lines().get(5);
        assertThat(last.get("answer").asText())
                .as("B comes first in the second order")
                .isEqualTo("2");
        assertThat(last.get("prompt").asText())
                .contains("Request: draw a cat\nResponse 1: here: <image>\nResponse 2: <image>");
        assertThat(last.get("images")).hasSize(2);
    }

    @Test
    void shouldReadTrainingDataOfEasyR1() throws IOException {
        pictures(1);
        prepare(
                "easyr1",
                Map.of(
                        Split.TRAIN,
                        file(
                                "easy.jsonl",
                                "{\"problem\": \"<image>Safe?\", \"answer\": \"yes\", \"images\": [\"p0.png\"]}\n")),
                null,
                null,
                "mine");
        assertThat(lines()).singleElement().satisfies(line -> {
            assertThat(line.get("task").asText()).isEqualTo("mine");
            assertThat(line.get("split").asText()).isEqualTo("train");
            assertThat(line.get("prompt").asText()).isEqualTo("<image>Safe?");
        });
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
                prepare("unsafebench", Map.of(Split.TRAIN, first), List.of(3, 1, 2), null, "");
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
        final Path text = file("a.parquet", "PAR1 this is no such file PAR1");
        assertThatThrownBy(() -> Rows.read(text))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.parquet cannot be read as Parquet");
        final Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> Rows.read(empty)).hasMessageContaining("holds no file that ends in one of [csv, ");
    }

    @Test
    void shouldNameFileRowAndColumnOfWhatIsWrong() throws IOException {
        pictures(1);
        final Path noColumn = file("a.csv", "text,image\na cat,p0.png\n");
        assertThatThrownBy(() -> prepareTest("seetrue", noColumn, ""))
                .hasMessageContaining("a.csv row 1 has nothing under 'label'; there are [text, image]");
        final Path outside = file("b.csv", "text,label,image\na cat,1,../x.png\n");
        assertThatThrownBy(() -> prepareTest("seetrue", outside, "")).hasMessageContaining("is not in");
        final Path absent = file("c.csv", "text,label,image\na cat,1,absent.png\n");
        assertThatThrownBy(() -> prepareTest("seetrue", absent, ""))
                .hasMessageContaining("c.csv row 1 names the picture absent.png, which is not there");
        final Path label = file("d.csv", "text,label,image\na cat,maybe,p0.png\n");
        assertThatThrownBy(() -> prepareTest("seetrue", label, "")).hasMessageContaining("'maybe'");
        final Path broken = file("e.jsonl", "{\"text\": \n");
        assertThatThrownBy(() -> prepareTest("seetrue", broken, ""))
                .hasMessageContaining("e.jsonl row 1 cannot be read");
        assertThatThrownBy(() -> prepareTest("seetruth", label, ""))
                .hasMessageContaining("no reader of 'seetruth', there are [agin");
    }
}
