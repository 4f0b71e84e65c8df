package org.mtrljudge.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.model.TestMemory;
import org.mtrljudge.model.TestPictures;
import org.mtrljudge.model.TinyFolder;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.SharedInputs;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.JudgeTokenizer;
import org.mtrljudge.model.weights.JudgeWeights;
import org.mtrljudge.model.weights.RandomWeights;

/** A judge with random weights for which every eighth token ends a completion, so that rows end at very different tokens. */
class GenerationTest {
    private static final int GROUP = 4;
    private static final Sampling SAMPLING = new Sampling(1, 1, 40);
    /** The order of float32 sums differs between batches. */
    private static final float ORDER = 2e-5f;

    @TempDir
    static Path folder;

    private static JudgeFolder judge;
    private static JudgeTokenizer tokenizer;
    private static JudgeModule module;
    private static NDManager manager;
    private static JudgeWeights weights;
    private static List<EncodedPrompt> prompts;

    @BeforeAll
    static void open() throws IOException {
        TinyFolder.copyTo(folder);
        final String ends = IntStream.range(0, 96).mapToObj(i -> "" + i * 8).collect(Collectors.joining(","));
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [" + ends + "]}");
        judge = JudgeFolder.open(folder);
        tokenizer = new JudgeTokenizer(judge.tokenizerJson());
        module = new JudgeModule();
        manager = NDManager.newBaseManager("PyTorch");
        weights = new JudgeWeights(
                judge.config(),
                ModelOptions.PLAIN,
                RandomWeights.of(judge.config(), 1),
                new TreeMap<>(),
                module,
                manager);
        prompts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            final byte[] picture = TestPictures.noise(96 + 32 * (i % 2), 96, i);
            final String text = "<image>\nIs the image safe?" + " or not".repeat(i % 3 * 40);
            prompts.add(judge.promptEncoder(tokenizer).encode(null, text, List.of(picture), "test"));
        }
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        module.close();
        manager.close();
    }

    /** Counts what is asked of it, and has no memory for more than some rows at once. */
    private static final class CountingDecoder extends Decoder {
        private final int mostRows;
        private final List<Integer> begun = new ArrayList<>();
        private int running;

        CountingDecoder(final int mostRows) {
            super(
                    module,
                    judge.config(),
                    weights,
                    SharedInputs.of(judge.config().text(), manager));
            this.mostRows = mostRows;
        }

        @Override
        Cohort begin(
                final List<Asked> asked,
                final List<Row> rows,
                final Sampling sampling,
                final int mark,
                final NDManager scope) {
            begun.add(rows.size());
            return super.begin(asked, rows, sampling, mark, scope);
        }

        @Override
        void advance(
                final List<Cohort> cohorts,
                final int count,
                final Sampling sampling,
                final int mark,
                final NDManager scope) {
            running = Math.max(running, cohorts.size());
            if (cohorts.stream().mapToInt(c -> c.rows().size()).sum() > mostRows) {
                throw new EngineException("CUDA out of memory. Tried to allocate 20.00 MiB");
            }
            super.advance(cohorts, count, sampling, mark, scope);
        }
    }

    private static List<GeneratedCompletion> generate(
            final Decoder decoder, final List<EncodedPrompt> of, final long firstSeed, final Batching batching) {
        final Generator generator = new Generator(decoder, tokenizer, judge.stopTokens(), "", manager);
        final long[] seeds =
                IntStream.range(0, of.size()).mapToLong(i -> firstSeed + i).toArray();
        return generator.generate(of, GROUP, SAMPLING, seeds, batching).stream()
                .flatMap(List::stream)
                .toList();
    }

    private static List<GeneratedCompletion> eachPromptAlone() {
        final List<GeneratedCompletion> alone = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            alone.addAll(generate(new CountingDecoder(GROUP), List.of(prompts.get(i)), i, Batching.PLAIN));
        }
        return alone;
    }

    private static void assertSame(final List<GeneratedCompletion> actual, final List<GeneratedCompletion> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).tokens()).isEqualTo(expected.get(i).tokens());
            for (int t = 0; t < actual.get(i).tokens().length; t++) {
                assertThat(actual.get(i).logProbs()[t])
                        .isCloseTo(expected.get(i).logProbs()[t], within(ORDER));
            }
        }
    }

    @ParameterizedTest(name = "{0} positions")
    // all at once in two cohorts of unlike prompts; then joining later, two groups, one group, half a group, one row at
    // a time
    @CsvSource({"100000, 24, 2, 2", "1000, 24, 4, 2", "350, 24, 6, 1", "200, 24, 9, 1", "1, 24, 24, 1"})
    void shouldGenerateTheSameWhenPromptsJoinLater(
            final long maxTokens, final int rows, final int leastBegun, final int leastRunning) {
        final List<GeneratedCompletion> alone = eachPromptAlone();
        assertThat(alone)
                .extracting(c -> c.tokens().length)
                .anyMatch(n -> n < 4)
                .anyMatch(n -> n > 12);
        assertThat(alone).filteredOn(GeneratedCompletion::finished).hasSizeGreaterThan(18);

        final CountingDecoder decoder = new CountingDecoder(rows);
        assertSame(generate(decoder, prompts, 0, new Batching(maxTokens, 16, () -> 0)), alone);
        assertThat(decoder.begun.stream().mapToInt(n -> n).sum()).isEqualTo(rows);
        assertThat(decoder.begun).hasSizeGreaterThanOrEqualTo(leastBegun);
        assertThat(decoder.running).isGreaterThanOrEqualTo(leastRunning);
    }

    // with 3 rows and 1 row the limit is halved again after groups were divided
    @ParameterizedTest(name = "{0} rows")
    @ValueSource(ints = {7, 3, 1})
    void shouldHalveTheBatchWhenMemoryIsShort(final int rows) {
        final CountingDecoder decoder = new CountingDecoder(rows);
        assertSame(generate(decoder, prompts, 0, Batching.PLAIN), eachPromptAlone());
        // what had not ended began again
        assertThat(decoder.begun.stream().mapToInt(n -> n).sum()).isGreaterThan(24);
    }

    @Test
    void shouldSayThatMemoryIsShortWhenOneRowIsTooMany() {
        assertThatThrownBy(() -> generate(new CountingDecoder(0), prompts, 0, Batching.PLAIN))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("out of memory");
    }

    @Test
    void shouldFreeTheArgumentsOfACallThatFails() throws IOException {
        final long before = TestMemory.residentBytes();
        for (int i = 0; i < 100; i++) {
            try (NDManager scope = manager.newSubManager()) {
                final NDArray cache = scope.zeros(new Shape(1, 1, 1, 4 << 20)).add(1);
                final NDList arguments =
                        new NDList(cache, scope.create(new long[] {0}), scope.create(1L), scope.create(-1L));
                assertThatThrownBy(() -> module.run("regrow", arguments, JudgeModule.Gradients.NEVER))
                        .isInstanceOf(EngineException.class);
            }
        }
        // 100 arrays of 16 MB
        assertThat(TestMemory.residentBytes() - before).isLessThan(400L << 20);
    }

    @Test
    void shouldMarkTokensByTheirOwnPieces() {
        final int[] mark = {0};
        final List<GeneratedCompletion> completions =
                generate(new CountingDecoder(GROUP), prompts, 0, new Batching(350, 5, () -> mark[0]++));
        for (final GeneratedCompletion completion : completions) {
            assertThat(completion.spans().stream()
                            .mapToInt(GeneratedCompletion.Span::tokens)
                            .sum())
                    .isEqualTo(completion.tokens().length);
            assertThat(completion.spans())
                    .extracting(GeneratedCompletion.Span::mark)
                    .isSorted();
        }
        // a prompt that joined later has no mark of the time before
        assertThat(completions.get(23).spans().get(0).mark())
                .isGreaterThan(completions.get(0).spans().get(0).mark());
    }

    @Test
    void shouldFreeAllMemoryOfAGeneration() {
        final int before = manager.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
            generate(new CountingDecoder(100), prompts, i, new Batching(350, 16, () -> 0));
        }
        // each decoder has its own shared inputs: two arrays
        assertThat(manager.getManagedArrays().size() - before).isLessThanOrEqualTo(6);
    }

    @Test
    void shouldGenerateTheSameWhenPromptsJoinOneAfterTheOther() {
        final Generator generator =
                new Generator(new CountingDecoder(Integer.MAX_VALUE), tokenizer, judge.stopTokens(), "", manager);
        final List<GeneratedCompletion> alone =
                generate(new CountingDecoder(Integer.MAX_VALUE), prompts, 5, Batching.PLAIN);
        final List<GenerationSession.Group> groups = new ArrayList<>();

        try (GenerationSession session = generator.session(SAMPLING, Long.MAX_VALUE)) {
            for (int i = 0; i < prompts.size(); i++) {
                groups.add(session.add(prompts.get(i), GROUP, SAMPLING, 5 + i));
                session.step();
            }
            while (session.isBusy()) {
                session.step();
            }
        }

        assertThat(groups).allMatch(GenerationSession.Group::ended);
        final List<GeneratedCompletion> joined =
                groups.stream().flatMap(group -> group.completions().stream()).toList();
        assertThat(joined)
                .extracting(GeneratedCompletion::text)
                .isEqualTo(alone.stream().map(GeneratedCompletion::text).toList());
        assertThat(groups.get(0).tokens())
                .isEqualTo(alone.subList(0, GROUP).stream()
                        .mapToInt(c -> c.tokens().length)
                        .sum());
    }

    @Test
    void shouldEndPromptsThatNobodyWantsAndKeepTheLimitsOfTheOthers() {
        final Generator generator =
                new Generator(new CountingDecoder(Integer.MAX_VALUE), tokenizer, Set.of(), "", manager);
        try (GenerationSession session = generator.session(SAMPLING, Long.MAX_VALUE)) {
            final GenerationSession.Group unwanted = session.add(prompts.get(0), 2, SAMPLING, 1);
            session.step();
            final GenerationSession.Group shorter = session.add(prompts.get(1), 1, new Sampling(1, 1, 3), 2);
            final GenerationSession.Group never = session.add(prompts.get(2), 1, SAMPLING, 3);
            unwanted.stop();
            never.stop();
            while (session.isBusy()) {
                session.step();
            }

            assertThat(unwanted.tokens()).isBetween(2, 2 * 39);
            assertThat(never.tokens()).isZero();
            assertThat(shorter.completions().get(0).tokens()).hasSize(3);
        }
    }
}
