package org.mtrljudge.model.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.mtrljudge.model.config.JudgeConfig;

/** The dictionary {@code r}, an argument of every call of the module: rotary frequencies, epsilon of the norms, experts per token. */
public final class SharedInputs {
    private SharedInputs() {}

    /** Creates the dictionary. Its scalars are on the CPU, because the module reads them there. */
    public static NDList of(final JudgeConfig.Text text, final NDManager manager) {
        final NDList shared = new NDList(rotaryFrequencies(text, manager));
        shared.head().setName("r.frequencies");
        final NDManager cpu = manager.newSubManager(Device.cpu());
        final NDArray epsilon = cpu.create(text.rmsNormEps());
        epsilon.setName("r.rms_norm_eps");
        shared.add(epsilon);
        final JudgeConfig.Experts experts = text.experts();
        if (experts != null) {
            final NDArray perToken = cpu.create((long) experts.perToken());
            perToken.setName("r.experts_per_token");
            shared.add(perToken);
        }
        return shared;
    }

    /**
     * {@code [3, headDim / 2]}: each frequency is in the row of its axis; the other rows are zero there. The axes are interleaved: T H W T
     * H W … T T.
     */
    private static NDArray rotaryFrequencies(final JudgeConfig.Text text, final NDManager manager) {
        final int half = text.headDim() / 2;
        final float[] table = new float[3 * half];
        for (int f = 0; f < half; f++) {
            int axis = f % 3;
            if (f >= text.mropeSection().get(axis) * 3) {
                axis = 0;
            }
            table[axis * half + f] = (float) (1 / Math.pow(text.ropeTheta(), 2.0 * f / text.headDim()));
        }
        return manager.create(table, new Shape(3, half));
    }
}
