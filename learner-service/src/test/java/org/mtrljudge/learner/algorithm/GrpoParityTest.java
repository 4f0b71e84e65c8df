package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.ImagePatches;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.model.weights.Weights;

/**
 * Compares the gradients of the GRPO loss with those of the reference implementation, which computed each completion separately
 * after its prompt ({@code judge-model/src/test/parity/make_golden.py}).
 */
class GrpoParityTest {
    private static final Path GOLDEN = Path.of("../judge-model/src/test/resources/parity");
    private static final int FRAME = 16 * 16;
    private static final double GRADIENT = 1e-3;
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource({"dense-tied, false", "dense-untied, false", "experts, false", "experts, true"})
    void shouldMatchTheGradientsOfTheReference(final String checkpoint, final boolean checkpointing)
            throws IOException {
        final Path folder = GOLDEN.resolve(checkpoint);
        final JsonNode grpo = JSON.readTree(folder.resolve("grpo.json").toFile());
        final ModelOptions options = new ModelOptions("cpu", WeightType.F32, null, checkpointing);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(folder), options);
                AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1));
                NDManager scope = model.newScope()) {
            final double[] loss = new double[1];
            model.backward(groups(model, folder, grpo), grpo.get("temperature").asDouble(), scope, scores -> {
                final NDArray value = loss(grpo, scores.logProbs(), scope);
                loss[0] = value.getFloat();
                return value;
            });
            assertThat(loss[0]).isCloseTo(grpo.get("loss").asDouble(), within(1e-5));
            try (Weights gradients = model.policy().gradients()) {
                compare(gradients, folder.resolve("gradients.safetensors"), grpo.get("scales"));
            }
            assertThat(optimizer.step(0)).isPositive();
        }
    }

    private static NDArray loss(final JsonNode grpo, final NDArray logProbs, final NDManager scope) {
        final float[] behaviour = joined(grpo, "behaviour");
        final float[] weights = new float[behaviour.length];
        final float[] advantages = new float[behaviour.length];
        int at = 0;
        for (final JsonNode group : grpo.get("groups")) {
            for (int c = 0; c < group.get("completions").size(); c++) {
                for (int t = 0; t < group.get("completions").get(c).size(); t++, at++) {
                    advantages[at] = (float) group.get("advantages").get(c).asDouble();
                    weights[at] = 1f / weights.length;
                }
            }
        }
        final GrpoLoss loss = new GrpoLoss(
                grpo.get("clip_ratio_low").asDouble(),
                grpo.get("clip_ratio_high").asDouble(),
                grpo.get("kl_coef").asDouble());
        return loss.of(
                        logProbs,
                        new TokenArrays(behaviour, advantages, null, weights),
                        scope.create(joined(grpo, "reference")),
                        scope)
                .loss();
    }

    private static float[] joined(final JsonNode grpo, final String key) {
        final List<Float> all = new ArrayList<>();
        grpo.get("groups").forEach(g -> g.get(key).forEach(c -> c.forEach(v -> all.add((float) v.asDouble()))));
        final float[] values = new float[all.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.get(i);
        }
        return values;
    }

    private static List<PackedGroup> groups(final JudgeModel model, final Path folder, final JsonNode grpo)
            throws IOException {
        final JsonNode prompts = JSON.readTree(folder.resolve("golden.json").toFile());
        final List<PackedGroup> groups = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            final List<int[]> completions = new ArrayList<>();
            grpo.get("groups").get(i).get("completions").forEach(c -> completions.add(ints(c)));
            groups.add(new PackedGroup(prompt(model, folder, prompts.get(i), i), completions));
        }
        return groups;
    }

    private static int[] ints(final JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    /** Uses the pixels of the reference, so that only gradients are compared. */
    private static EncodedPrompt prompt(
            final JudgeModel model, final Path folder, final JsonNode golden, final int number) throws IOException {
        final List<byte[]> pictures = new ArrayList<>();
        for (final JsonNode name : golden.get("images")) {
            pictures.add(Files.readAllBytes(folder.resolve(name.asText())));
        }
        final EncodedPrompt ours = model.encode(golden.get("text").asText(), pictures, "golden");
        if (pictures.isEmpty()) {
            return ours;
        }
        final byte[] levels = Files.readAllBytes(folder.resolve(number + ".pixels.u8"));
        final List<ImagePatches> images = new ArrayList<>();
        int at = 0;
        for (final ImagePatches image : ours.images()) {
            final byte[] pixels = new byte[image.pixels().length];
            // the reference has two equal frames of each channel
            for (int i = 0; i < pixels.length; i += FRAME, at += 2 * FRAME) {
                System.arraycopy(levels, at, pixels, i, FRAME);
            }
            images.add(new ImagePatches(image.gridHeight(), image.gridWidth(), () -> pixels));
        }
        return new EncodedPrompt(ours.ids(), ours.positions(), ours.nextPosition(), ours.imageToken(), images);
    }

    /** The golden file has half precision, scaled by a power of two for its range. It rounds by about 3e-4 of a tensor's norm. */
    private static void compare(final Weights gradients, final Path file, final JsonNode scales) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        final int header = (int) bytes.getLong(0);
        final JsonNode entries = JSON.readTree(bytes.array(), 8, header);
        assertThat(gradients.tensors()).hasSize(scales.size());
        gradients.tensors().forEach((name, gradient) -> {
            final float[] ours = gradient.toFloatArray();
            final JsonNode entry = entries.get(name);
            assertThat(entry).as(name).isNotNull();
            int at = 8 + header + entry.get("data_offsets").get(0).asInt();
            double apart = 0;
            double norm = 0;
            for (final float value : ours) {
                final double theirs =
                        half(bytes.getShort(at)) / scales.get(name).asDouble();
                at += Short.BYTES;
                apart += (value - theirs) * (value - theirs);
                norm += theirs * theirs;
            }
            assertThat(at)
                    .as(name)
                    .isEqualTo(8 + header + entry.get("data_offsets").get(1).asInt());
            assertThat(Math.sqrt(apart)).as(name).isLessThanOrEqualTo(GRADIENT * Math.sqrt(norm) + 1e-9);
        });
    }

    private static double half(final short bits) {
        final int exponent = bits >> 10 & 0x1f;
        final int mantissa = bits & 0x3ff;
        final double magnitude =
                exponent == 0 ? mantissa * 0x1p-24 : (1 + mantissa * 0x1p-10) * Math.pow(2, exponent - 15);
        return bits < 0 ? -magnitude : magnitude;
    }
}
