package org.mtrljudge.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All tensors of one judge by their published names, float32, in a native-memory scope of their own.
 * Closing it frees them.
 */
public final class Weights implements AutoCloseable {
    private final NDManager manager;
    private final SortedMap<String, NDArray> tensors = new TreeMap<>();

    private Weights(final NDManager parent) {
        this.manager = parent.newSubManager();
    }

    /** Fresh weights from a seed: matrices by fan-in, embeddings small, norms one, biases zero. */
    public static Weights random(final JudgeConfig config, final NDManager parent, final long seed) {
        final Weights weights = new Weights(parent);
        final Random random = new Random(seed);
        TensorShapes.of(config).forEach((name, shape) -> {
            final FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(shape.size()));
            final float constant = name.contains("norm") && name.endsWith(".weight") ? 1f : 0f;
            final double deviation = deviation(name, shape);
            while (values.hasRemaining()) {
                values.put(constant + (float) (deviation * random.nextGaussian()));
            }
            weights.put(name, weights.manager.create(values.flip(), shape, DataType.FLOAT32));
        });
        return weights;
    }

    private static double deviation(final String name, final Shape shape) {
        if (shape.dimension() == 1) {
            return 0;
        }
        return name.contains("embed_tokens") || name.contains("pos_embed")
                ? 0.02
                : 1 / Math.sqrt((double) shape.size() / shape.get(0));
    }

    /** Copies the tensors of a safetensors file or buffer. */
    static Weights of(final Map<String, Safetensors.Tensor> source, final NDManager parent) {
        final Weights weights = new Weights(parent);
        source.forEach((name, tensor) -> weights.put(
                name, weights.manager.create(tensor.type().toFloats(tensor.data()), tensor.shape(), DataType.FLOAT32)));
        return weights;
    }

    /** New tensors of the same names and shapes, all zero: an optimiser's moments, say. */
    Weights zerosLike() {
        final Weights zeros = new Weights(manager.getParentManager());
        tensors.forEach((name, t) -> zeros.put(name, zeros.manager.zeros(t.getShape(), t.getDataType())));
        return zeros;
    }

    /** A copy that does not follow later updates. */
    public Weights copy() {
        final Weights copy = new Weights(manager.getParentManager());
        tensors.forEach((name, t) -> {
            final NDArray twin = t.stopGradient().duplicate();
            twin.detach();
            twin.attach(copy.manager);
            copy.put(name, twin);
        });
        return copy;
    }

    private void put(final String name, final NDArray tensor) {
        tensors.put(name, tensor);
    }

    /** Lets the next forward in training mode record gradients for every tensor. */
    void trackGradients() {
        tensors.values().forEach(t -> t.setRequiresGradient(true));
    }

    /** The gradients that the last backward left, in a scope of their own that shares their memory. */
    Weights gradients() {
        final Weights gradients = new Weights(manager.getParentManager());
        tensors.forEach((name, t) -> {
            final NDArray gradient = t.getGradient();
            gradient.detach();
            gradient.attach(gradients.manager);
            gradients.put(name, gradient);
        });
        return gradients;
    }

    /** Appends the tensors as the dictionary argument {@code argument} of a module's method. */
    void addTo(final NDList arguments, final String argument) {
        tensors.forEach((name, t) -> {
            t.setName(argument + "." + name);
            arguments.add(t);
        });
    }

    public Map<String, NDArray> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    public long parameterCount() {
        return tensors.values().stream().mapToLong(NDArray::size).sum();
    }

    /** The whole as one safetensors image: what is broadcast, digested and written to disk. */
    public ByteBuffer toSafetensors() {
        return toSafetensors(WeightType.F32);
    }

    /** As above; BF16 halves the size and rounds. */
    ByteBuffer toSafetensors(final WeightType type) {
        return Safetensors.write(tensors, type);
    }

    @Override
    public void close() {
        manager.close();
    }
}
