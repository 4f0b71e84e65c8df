package org.mtrljudge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.ImagePatches;

/** Compares the model with the reference implementation, by golden files that {@code src/test/parity/make_golden.py} wrote. */
class ParityTest {
    private static final Path GOLDEN = Path.of("src/test/resources/parity");
    private static final float LOGITS = 1e-4f;

    /** How far a level of 0..255 may be from the reference, whose resizing rounds differently. */
    private static final int LEVELS = 2;

    /** The pixels of one colour of one frame of a patch. */
    private static final int FRAME = 16 * 16;

    /** One prompt of one checkpoint. */
    record Case(Path folder, int number, JsonNode golden) {
        @Override
        public String toString() {
            return folder.getFileName() + " " + number + ": "
                    + golden.get("text").asText();
        }

        EncodedPrompt encode(final JudgeModel model) throws IOException {
            final List<byte[]> pictures = new ArrayList<>();
            for (final JsonNode name : golden.get("images")) {
                pictures.add(Files.readAllBytes(folder.resolve(name.asText())));
            }
            return model.encode(golden.get("text").asText(), pictures, toString());
        }

        int[] ints(final JsonNode array) {
            final int[] values = new int[array.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = array.get(i).asInt();
            }
            return values;
        }

        /** The prompt with the pixels of the reference, so that only the model is compared. */
        EncodedPrompt withGoldenPixels(final EncodedPrompt ours) throws IOException {
            if (ours.images().isEmpty()) {
                return ours;
            }
            final byte[] levels = Files.readAllBytes(folder.resolve(number + ".pixels.u8"));
            final List<ImagePatches> images = new ArrayList<>();
            int at = 0;
            for (final JsonNode grid : golden.get("grids")) {
                final ImagePatches own = ours.images().get(images.size());
                final byte[] pixels = new byte[own.pixels().length];
                at = oneFrame(levels, at, pixels);
                images.add(new ImagePatches(grid.get(1).asInt(), grid.get(2).asInt(), () -> pixels));
            }
            return new EncodedPrompt(ours.ids(), ours.positions(), ours.nextPosition(), ours.imageToken(), images);
        }
    }

    /** Copies the first of two equal frames of each channel. Returns the index behind what was read. */
    private static int oneFrame(final byte[] levels, final int from, final byte[] pixels) {
        int at = from;
        for (int i = 0; i < pixels.length; i += FRAME, at += 2 * FRAME) {
            System.arraycopy(levels, at, pixels, i, FRAME);
            assertThat(Arrays.equals(levels, at, at + FRAME, levels, at + FRAME, at + 2 * FRAME))
                    .isTrue();
        }
        return at;
    }

    static Stream<Case> cases() throws IOException {
        final List<Case> cases = new ArrayList<>();
        try (Stream<Path> folders = Files.list(GOLDEN)) {
            for (final Path folder : folders.sorted().toList()) {
                final JsonNode golden = new ObjectMapper()
                        .readTree(folder.resolve("golden.json").toFile());
                for (int i = 0; i < golden.size(); i++) {
                    cases.add(new Case(folder, i, golden.get(i)));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldReadPromptsAsTheReferenceDoes(final Case given) throws IOException {
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(given.folder()))) {
            final EncodedPrompt prompt = given.encode(model);
            assertThat(prompt.ids()).isEqualTo(given.ints(given.golden().get("ids")));
            for (int axis = 0; axis < 3; axis++) {
                assertThat(prompt.positions()[axis])
                        .isEqualTo(given.ints(given.golden().get("positions").get(axis)));
            }
            final EncodedPrompt reference = given.withGoldenPixels(prompt);
            for (int i = 0; i < prompt.images().size(); i++) {
                final ImagePatches ours = prompt.images().get(i);
                final ImagePatches theirs = reference.images().get(i);
                assertThat(new int[] {ours.gridHeight(), ours.gridWidth()})
                        .containsExactly(theirs.gridHeight(), theirs.gridWidth());
                for (int k = 0; k < ours.pixels().length; k++) {
                    assertThat(ours.pixels()[k] & 0xff).isCloseTo(theirs.pixels()[k] & 0xff, within(LEVELS));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldComputeTheLogitsOfTheReference(final Case given) throws IOException {
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(given.folder()));
                NDManager scope = model.newScope()) {
            final EncodedPrompt prompt = given.withGoldenPixels(given.encode(model));
            final float[] ours = model.logits(prompt, scope).toFloatArray();
            final FloatBuffer theirs = ByteBuffer.wrap(
                            Files.readAllBytes(given.folder().resolve(given.number() + ".logits.f32")))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            assertThat(ours).hasSize(theirs.remaining());
            for (int i = 0; i < ours.length; i++) {
                assertThat(ours[i]).as("logit %d", i).isCloseTo(theirs.get(i), within(LOGITS));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGenerateTheGreedyTokensOfTheReference(final Case given) throws IOException {
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(given.folder()))) {
            final EncodedPrompt prompt = given.withGoldenPixels(given.encode(model));
            final int[] theirs = given.ints(given.golden().get("greedy"));
            final int[] ours = model.generate(List.of(prompt), 1, new Sampling(0, 1, 32), new long[] {1})
                    .get(0)
                    .get(0)
                    .tokens();
            assertThat(Arrays.stream(ours).boxed()).hasSize(theirs.length);
            assertThat(ours).isEqualTo(theirs);
        }
    }

    static Stream<Path> folders() throws IOException {
        return cases().map(Case::folder).distinct();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void shouldGenerateTheTokensOfTheReferenceInAPaddedBatch(final Path folder) throws IOException {
        final JsonNode batch =
                new ObjectMapper().readTree(folder.resolve("batch.json").toFile());
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(folder))) {
            final List<EncodedPrompt> prompts = new ArrayList<>();
            for (final Case given :
                    cases().filter(c -> c.folder().equals(folder)).toList()) {
                prompts.add(given.withGoldenPixels(given.encode(model)));
            }
            final List<List<GeneratedCompletion>> ours =
                    model.generate(prompts, 1, new Sampling(0, 1, 32), new long[prompts.size()]);
            for (int row = 0; row < prompts.size(); row++) {
                final GeneratedCompletion completion = ours.get(row).get(0);
                for (int i = 0; i < completion.tokens().length; i++) {
                    assertThat(completion.tokens()[i])
                            .isEqualTo(batch.get("greedy").get(row).get(i).asInt());
                    assertThat(completion.logProbs()[i])
                            .isCloseTo(
                                    (float) batch.get("log_probs")
                                            .get(row)
                                            .get(i)
                                            .asDouble(),
                                    within(LOGITS));
                }
                assertThat(completion.tokens()).hasSizeGreaterThan(3);
            }
        }
    }
}
