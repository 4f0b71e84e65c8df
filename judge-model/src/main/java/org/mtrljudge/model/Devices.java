package org.mtrljudge.model;

import ai.djl.Device;

/** The devices that libtorch computes on. */
final class Devices {
    private static final String CUDA = "cuda:";

    private Devices() {}

    /**
     * The device of that name.
     *
     * @param name as {@link ModelOptions#device} has it: auto, cpu or cuda:N
     * @throws ModelException when there is no such GPU
     */
    static Device named(final String name) {
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
