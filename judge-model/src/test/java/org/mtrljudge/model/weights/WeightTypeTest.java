package org.mtrljudge.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.TestPictures;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;

/** The conversion of numbers between the types of files and of memory. */
class WeightTypeTest {
    private static final AdamW.Settings SETTINGS = new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1);

    @TempDir
    private Path folder;

    private static float[] read(final WeightType fileType, final WeightType type, final int... bits) {
        try (JudgeModule module = new JudgeModule();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            final TensorTransfer transfer = new TensorTransfer(module);
            final NDArray tensor = transfer.allocate(new Shape(bits.length), type, manager);
            final TensorTransfer.Source source = (target, from) -> {
                assertThat(from).isZero();
                for (final int b : bits) {
                    if (fileType == WeightType.F32) {
                        target.putInt(b);
                    } else {
                        target.putShort((short) b);
                    }
                }
            };
            transfer.read(source, fileType, tensor, type);
            final NDArray floats = transfer.allocate(new Shape(bits.length), WeightType.F32, manager);
            transfer.copy(tensor, floats);
            return floats.toFloatArray();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldReadHalfPrecision() {
        // 1, -2, the number nearest to 1/3, the smallest, the largest, -0, infinity
        assertThat(read(WeightType.F16, WeightType.F32, 0x3C00, 0xC000, 0x3555, 0x0001, 0x7BFF, 0x8000, 0x7C00))
                .containsExactly(1f, -2f, 0.333251953125f, 0x1p-24f, 65504f, -0f, Float.POSITIVE_INFINITY);
    }

    @Test
    void shouldReadBf16AsTheUpperHalfOfAFloat() {
        assertThat(read(WeightType.BF16, WeightType.F32, 0x3F80, 0xC040, 0x3EAB))
                .containsExactly(1f, -3f, 0.333984375f);
        assertThat(read(WeightType.BF16, WeightType.BF16, 0x3F80, 0xC040)).containsExactly(1f, -3f);
    }

    @Test
    void shouldRoundToTheNearestEvenBf16() {
        final float[] rounded = read(
                WeightType.F32,
                WeightType.BF16,
                Float.floatToIntBits(1 + 1f / 256), // a tie: to the even neighbour
                Float.floatToIntBits(1 + 3f / 256),
                Float.floatToIntBits(-3.14159f));
        assertThat(rounded).containsExactly(1f, 1 + 4f / 256, -3.140625f);
    }

    @Test
    void shouldKeepAndSaveWeightsAsBf16() {
        final ModelOptions half = new ModelOptions("cpu", WeightType.BF16, null, false);
        final JudgeFolder tiny = JudgeFolder.preset(JudgeFolder.JUDGE_TINY);
        try (JudgeModel model = JudgeModel.load(tiny, half)) {
            final ByteBuffer image = model.policy().toSafetensors();
            final long parameters = model.policy().parameterCount();
            assertThat((long) image.remaining()).isBetween(2 * parameters, 2 * parameters + 60_000);
            model.save(folder.resolve("saved"));
            try (JudgeModel again = JudgeModel.load(JudgeFolder.open(folder.resolve("saved")), half)) {
                assertThat(again.policy().toSafetensors()).isEqualTo(image);
            }
        }
    }

    @Test
    void shouldAccumulateUpdatesThatBf16AloneWouldRoundAway() {
        final ModelOptions half = new ModelOptions("cpu", WeightType.BF16, null, true);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), half);
                AdamW optimizer = model.optimizer(SETTINGS)) {
            final String norm = "model.language_model.norm.weight";
            final short[] first = bits(model, norm);
            // the weight of a norm is near 1, where bf16 numbers have a distance of 2^-7: one step of 1e-3 is lost,
            // but the sum of many steps is not
            for (int step = 0; step < 32; step++) {
                learn(model);
                assertThat(optimizer.step(1e-3)).isPositive();
            }
            final short[] last = bits(model, norm);
            int moved = 0;
            for (int i = 0; i < first.length; i++) {
                moved += first[i] == last[i] ? 0 : 1;
            }
            assertThat(moved).isGreaterThan(first.length / 2);
        }
    }

    /** Earlier builds kept adapters in float32, without masters. */
    @Test
    void shouldContinueWithTheStateOfAnAdapterInFloat32() {
        final Lora lora = new Lora(2, 4, List.of(Lora.ALL_LINEAR));
        final JudgeFolder tiny = JudgeFolder.preset(JudgeFolder.JUDGE_TINY);
        final Path earlier = folder.resolve("earlier");
        try (JudgeModel model = JudgeModel.load(tiny, new ModelOptions("cpu", WeightType.F32, lora, false));
                AdamW optimizer = model.optimizer(SETTINGS)) {
            learn(model);
            assertThat(optimizer.step(1e-2)).isPositive();
            model.save(earlier, optimizer, "state.json", () -> new byte[] {'{', '}'});
        }
        try (JudgeModel model = JudgeModel.load(tiny, new ModelOptions("cpu", WeightType.BF16, lora, false));
                AdamW optimizer = model.optimizer(SETTINGS)) {
            final ByteBuffer start = model.policy().toSafetensors();
            model.restore(earlier, optimizer);
            final ByteBuffer restored = model.policy().toSafetensors();
            assertThat(restored).isNotEqualTo(start);
            learn(model);
            // a step of no length rounds the masters into the weights
            assertThat(optimizer.step(0)).isPositive();
            assertThat(model.policy().toSafetensors()).isEqualTo(restored);
        }
    }

    private static void learn(final JudgeModel model) {
        final PackedGroup group = new PackedGroup(
                model.encode("<image>\nsafe?", List.of(TestPictures.noise(96, 96, 3)), "test"),
                List.of(model.encodeCompletion("yes it is")));
        try (NDManager scope = model.newScope()) {
            model.backward(List.of(group), 1, scope, s -> s.logProbs().mean().neg());
        }
    }

    private static short[] bits(final JudgeModel model, final String name) {
        final var bits = model.policy()
                .tensors()
                .get(name)
                .toByteBuffer(true)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer();
        final short[] copy = new short[bits.remaining()];
        bits.get(copy);
        return copy;
    }
}
