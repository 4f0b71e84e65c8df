package org.mtrljudge.standalone.rollouts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.published.Row;
import org.mtrljudge.tasks.published.Rows;

/** A group that was written as a row and read again is the same, to the bit. */
class OwnRowsTest {
    private static final byte[] SMALL = {1, 2, 3};
    private static final byte[] LARGE = {4, 5, 6, 7};

    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void makePictures() throws IOException {
        Files.createDirectories(folder.resolve("data/images"));
        Files.write(folder.resolve("data/images/a.png"), LARGE);
        run = Files.createDirectories(folder.resolve("run"));
    }

    private static String sha256(final byte[] bytes) {
        return Sha256.of(ByteBuffer.wrap(bytes));
    }

    private static Completion completion(final String text, final float logProb, final FinishReason reason) {
        return new Completion(
                text,
                PackedArrays.ofInts(new int[] {5, 151_935}),
                PackedArrays.ofFloats(new float[] {-1e-7f, logProb}),
                reason,
                null);
    }

    private static ScoredGroup group() {
        final PromptRequest prompt = new PromptRequest(
                "p1",
                "a",
                "<image> and <image>?",
                List.of(
                        new ImageRef(sha256(SMALL), null, ByteBuffer.wrap(SMALL)),
                        new ImageRef(sha256(LARGE), "images/a.png", null)),
                "yes",
                List.of("yes", "no"),
                2,
                new Sampling(1.0, 1.0, 2, 0L),
                Purpose.EVAL,
                0,
                "pair-1",
                "{\"kind\":\"label\"}",
                "be kind",
                null);
        final RolloutGroup rollout = new RolloutGroup(
                prompt,
                4,
                "digest",
                "actor-0",
                List.of(completion("é\none", -0.2f, FinishReason.STOP), completion("two", -9f, FinishReason.LENGTH)),
                0L,
                0.0,
                null);
        return new ScoredGroup(
                rollout,
                "set",
                7,
                List.of(
                        new CompletionScore(Map.of("accuracy", 1.0), 0.1 + 0.2, 0.5, "yes", null, List.of("fine")),
                        new CompletionScore(Map.of("accuracy", 0.0, "extra", 2.0), 0.0, -0.5, null, null, null)),
                false,
                0.0,
                12L,
                3);
    }

    private List<Row> written(final String name) throws IOException {
        final Path file = folder.resolve(name);
        try (RowFile rows = RowFile.create(file, file)) {
            rows.write(RolloutRow.of(group(), true));
            rows.write(RolloutRow.of(group(), false));
        }
        final List<Row> rows = new ArrayList<>();
        Rows.each(file, rows::add);
        return rows;
    }

    private DumpedGroup read(final Row row) {
        return new OwnRows(new ImageStore(folder.resolve("data")), run).read(row);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows.jsonl", "rows.parquet"})
    void shouldReadWhatWasWritten(final String name) throws IOException {
        final List<Row> rows = written(name);
        assertThat(rows).hasSize(2).allMatch(OwnRows::has);
        final ScoredGroup expected = group();
        // the pictures that have a path lie in the new run
        expected.getRollout()
                .getPrompt()
                .put(
                        "images",
                        List.of(
                                new ImageRef(sha256(SMALL), null, ByteBuffer.wrap(SMALL)),
                                new ImageRef(sha256(LARGE), "pictures/" + sha256(LARGE), null)));
        assertThat(read(rows.get(0)).scored(3, 12)).isEqualTo(expected);
        assertThat(run.resolve("pictures").resolve(sha256(LARGE))).hasBinaryContent(LARGE);
        assertThat(read(rows.get(1)).rollout().getCompletions())
                .as("written without tokens")
                .allMatch(one ->
                        one.getTokens().remaining() == 0 && one.getLogProbs().remaining() == 0);
    }

    private void assertRefused(final Consumer<Map<String, Object>> change, final String why) throws IOException {
        final Map<String, Object> columns = new HashMap<>(
                written("rows-" + System.nanoTime() + ".jsonl").get(0).values());
        change.accept(columns);
        assertThatThrownBy(() -> read(new Row("x row 1", columns)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("x row 1 is no row of ./judge export rollouts: ")
                .hasMessageContaining(why);
    }

    @Test
    void shouldRefuseARowThatIsNone() throws IOException {
        assertRefused(row -> row.put("completions", 7), "completions");
        assertRefused(row -> row.remove("task"), "it has nothing under 'task'");
        assertRefused(row -> row.put("prompt_id", null), "it has nothing under 'prompt_id'");
        assertRefused(row -> row.put("labels", Arrays.asList("yes", null)), "it has nothing under 'labels'");
        assertRefused(row -> row.put("components", Arrays.asList((Object) null)), "nothing under 'components'");
        assertRefused(row -> row.put("said", List.of(Arrays.asList((Object) null))), "nothing under 'said'");
        assertRefused(row -> row.put("completion_ids", List.of(Arrays.asList(1, null))), "'completion_ids'");
        assertRefused(row -> row.put("finish_reasons", List.of("stop")), "it has nothing under 'finish_reasons'");
        assertRefused(row -> row.put("purpose", "play"), "purpose is 'play', allowed is train, eval");
        assertRefused(
                row -> row.put("images", List.of(Map.of("sha256", sha256(LARGE), "path", "../run"))), "image ../run");
        assertRefused(
                row -> row.put("images", List.of(Map.of("sha256", "../../up", "path", "images/a.png"))),
                "does not match its SHA-256");
        assertRefused(
                row -> row.put("images", List.of(Map.of("sha256", sha256(LARGE), "bytes", "AQID"))),
                "does not match its SHA-256");
        try (Stream<Path> pictures = Files.list(run.resolve("pictures"))) {
            assertThat(pictures).containsExactly(run.resolve("pictures").resolve(sha256(LARGE)));
        }
    }

    @Test
    void shouldHaveNoScoresWhereOneIsMissing() throws IOException {
        final Map<String, Object> columns =
                new HashMap<>(written("some.jsonl").get(0).values());
        columns.put("rewards", List.of(1.0));
        assertThat(read(new Row("x", columns)).scores()).isEmpty();
    }
}
