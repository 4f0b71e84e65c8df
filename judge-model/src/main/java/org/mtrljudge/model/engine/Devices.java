package org.mtrljudge.model.engine;

import ai.djl.Device;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;

/** The devices that libtorch computes on. */
public final class Devices {
    private static final String CUDA = "cuda:";

    private Devices() {}

    /**
     * The device of that name.
     *
     * @param name as {@link ModelOptions#device} has it: auto, cpu or cuda:N
     * @throws ModelException when there is no such GPU
     */
    public static Device named(final String name) {
        final int gpus = JudgeModule.engine().getGpuCount();
        if (name.startsWith(CUDA)) {
            final int number = Integer.parseInt(name.substring(CUDA.length()));
            if (number >= gpus) {
                throw new ModelException("device is " + name + ", but libtorch sees " + gpus
                        + " GPUs: see 'Devices' in the README, or set device: cpu");
            }
            return Device.gpu(number);
        }
        return name.equals("auto") && gpus > 0 ? Device.gpu(0) : Device.cpu();
    }
}
