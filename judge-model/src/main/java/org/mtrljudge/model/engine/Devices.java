package org.mtrljudge.model.engine;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;

/** The devices that libtorch computes on. */
public final class Devices {
    private static final String CUDA = "cuda:";

    private Devices() {}

    /**
     * Finds a device by its name.
     *
     * @param name auto, cpu or cuda:N, as in {@link ModelOptions#device}
     * @throws ModelException when the machine does not have that GPU
     */
    public static Device named(final String name) {
        final int gpus = JudgeModule.engine().getGpuCount();
        if (name.startsWith(CUDA)) {
            final int number = Integer.parseInt(name.substring(CUDA.length()));
            if (number >= gpus) {
                throw new ModelException("device is " + name + ", but libtorch sees " + gpus
                        + " GPUs: see 'Devices' in docs/models.md, or set device: cpu");
            }
            return Device.gpu(number);
        }
        return name.equals("auto") && gpus > 0 ? Device.gpu(0) : Device.cpu();
    }

    /**
     * The memory of a device in bytes: of a GPU its own, of the CPU that of the machine or the container. Empty where the CUDA runtime does
     * not tell.
     *
     * @param name as for {@link #named}
     */
    public static OptionalLong memoryBytes(final String name) {
        final Device device = named(name);
        if (!device.isGpu()) {
            return OptionalLong.of(
                    ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize());
        }
        try {
            return OptionalLong.of(CudaUtils.getGpuMemory(device).getMax());
        } catch (final RuntimeException | LinkageError e) {
            return OptionalLong.empty();
        }
    }
}
