package org.mtrljudge.model.weights;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;

/**
 * Moves tensors of any size between native memory and files. Where type and device are the same, the bytes go directly to their
 * place; otherwise they go through a small buffer. DJL does not support bfloat16 but libtorch does, so the module creates and copies
 * such arrays.
 */
public final class TensorTransfer {
    /** A Java buffer holds less than 2 GiB. */
    private static final long DIRECT_ELEMENTS = 256 << 20;

    private static final long CONVERTED_ELEMENTS = 8 << 20;
    private final JudgeModule module;

    TensorTransfer(final JudgeModule module) {
        this.module = module;
    }

    /** The source of a tensor's bytes. */
    public interface Source {
        /** Fills the target with the tensor's bytes, beginning at byte {@code from} of the tensor. */
        void read(ByteBuffer target, long from) throws IOException;
    }

    /** Maps a whole file as one flat tensor. The operating system reads it when it is used. */
    NDArray map(final Path file, final WeightType type, final NDManager manager) throws IOException {
        final byte[] name = file.toString().getBytes(StandardCharsets.UTF_8);
        final long[] path = new long[name.length];
        for (int i = 0; i < name.length; i++) {
            path[i] = name[i] & 0xff;
        }
        try (NDManager scope = manager.newSubManager()) {
            final NDArray count = scope.create(Files.size(file) / type.bytes());
            final NDList made = run("mapped", scope, scope.create(path), scope.create(torchCode(type)), count);
            made.attach(manager);
            return made.head();
        }
    }

    /** Returns a part of a flat tensor in the given shape. Both share memory, which stays valid when the flat tensor is closed. */
    NDArray part(final NDArray flat, final long start, final Shape shape, final NDManager manager) {
        try (NDManager scope = manager.newSubManager()) {
            return shaped(piece(flat, start, shape.size(), scope), shape, manager, scope);
        }
    }

    private NDArray shaped(final NDArray flat, final Shape shape, final NDManager manager, final NDManager scope) {
        final NDList made = run("shaped", scope, flat, scope.create(shape.getShape()));
        made.attach(manager);
        return made.head();
    }

    /** Allocates an uninitialised tensor on the manager's device. */
    NDArray allocate(final Shape shape, final WeightType type, final NDManager manager) {
        if (type == WeightType.F32) {
            return manager.create(shape, DataType.FLOAT32);
        }
        try (NDManager scope = manager.newSubManager()) {
            final NDArray flat = run(
                            "empty", scope, scope.create(shape.size()), scope.create(torchCode(type)), scope.create(0f))
                    .head();
            return shaped(flat, shape, manager, scope);
        }
    }

    /** Fills a tensor from a source. Their number types may differ. */
    public void read(final Source source, final WeightType sourceType, final NDArray target, final WeightType type)
            throws IOException {
        final NDManager manager = target.getManager();
        final boolean direct = type == sourceType && !manager.getDevice().isGpu();
        final long step = direct ? DIRECT_ELEMENTS : CONVERTED_ELEMENTS;
        for (long at = 0; at < target.size(); at += step) {
            final long count = Math.min(step, target.size() - at);
            try (NDManager scope = manager.newSubManager()) {
                final NDArray piece = piece(target, at, count, scope);
                if (direct) {
                    source.read(piece.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN), at * type.bytes());
                } else {
                    final NDArray between = allocate(new Shape(count), sourceType, onCpu(scope));
                    source.read(between.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN), at * sourceType.bytes());
                    run("copy", scope, piece, between);
                }
            }
        }
    }

    /** Writes a tensor's numbers of type {@code type} as numbers of type {@code written}. */
    void write(final NDArray source, final WeightType type, final WeightType written, final WritableByteChannel out)
            throws IOException {
        final NDManager manager = source.getManager();
        final boolean direct = type == written && !manager.getDevice().isGpu();
        final long step = direct ? DIRECT_ELEMENTS : CONVERTED_ELEMENTS;
        for (long at = 0; at < source.size(); at += step) {
            final long count = Math.min(step, source.size() - at);
            try (NDManager scope = manager.newSubManager()) {
                NDArray piece = piece(source, at, count, scope);
                if (!direct) {
                    final NDArray between = allocate(new Shape(count), written, onCpu(scope));
                    run("copy", scope, between, piece);
                    piece = between;
                }
                final ByteBuffer bytes = piece.toByteBuffer(true);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        }
    }

    /** Copies between arrays of the same shape. Their types and devices may differ. */
    public void copy(final NDArray source, final NDArray target) {
        try (NDManager scope = target.getManager().newSubManager()) {
            run("copy", scope, target, source);
        }
    }

    /** Gives each array of the dictionary {@code w} a gradient of zeros. */
    void makeGradients(final NDList arguments, final NDManager scope) {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            final NDList zero = module.run("zero", arguments, Gradients.RECORDED);
            zero.attach(scope);
            collector.backward(zero.head());
        }
    }

    /** Adds each array of the dictionary {@code g} to the array of that name in {@code s}, and sets it to zero. */
    void addAndClear(final NDList arguments, final NDManager scope) {
        module.run("add_and_clear", arguments, Gradients.OFF).attach(scope);
    }

    /** The number that libtorch gives to a scalar type. */
    private static long torchCode(final WeightType type) {
        return switch (type) {
            case F32 -> 6;
            case BF16 -> 15;
            case F16 -> 5;
        };
    }

    private NDArray piece(final NDArray whole, final long at, final long count, final NDManager scope) {
        return run("piece", scope, whole, scope.create(at), scope.create(count)).head();
    }

    private static NDManager onCpu(final NDManager scope) {
        return scope.getDevice().isGpu() ? scope.newSubManager(Device.cpu()) : scope;
    }

    private NDList run(final String method, final NDManager scope, final NDArray... arguments) {
        for (final NDArray argument : arguments) {
            // a weight may still have the name of an entry in a dictionary
            argument.setName(null);
        }
        final NDList result = module.run(method, new NDList(arguments), Gradients.OFF);
        result.attach(scope);
        return result;
    }
}
