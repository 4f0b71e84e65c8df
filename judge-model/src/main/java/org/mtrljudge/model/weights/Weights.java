package org.mtrljudge.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.WeightType;

/**
 * The tensors of a whole judge or of an adapter, by their published names. All have the same number type. Their native memory
 * belongs to one scope, which is freed by {@link #close}.
 */
public final class Weights implements AutoCloseable {
    private final NDManager manager;
    private final TensorTransfer transfer;
    private final WeightType type;
    private final String prefix;
    private final SortedMap<String, NDArray> tensors = new TreeMap<>();
    private @Nullable Weights gradientSums;
    private long changes;

    private Weights(final NDManager parent, final TensorTransfer transfer, final WeightType type, final String prefix) {
        this.manager = parent.newSubManager();
        this.transfer = transfer;
        this.type = type;
        this.prefix = prefix;
    }

    /**
     * Loads the tensors of a safetensors file, of a buffer, or of another source.
     *
     * @param prefix the beginning of the published names that the names in the module do not have
     * @param type the number type in memory
     */
    static Weights of(
            final SortedMap<String, Safetensors.Tensor> source,
            final String prefix,
            final WeightType type,
            final TensorTransfer transfer,
            final NDManager parent) {
        final Weights weights = new Weights(parent, transfer, type, prefix);
        try {
            weights.load(source);
            return weights;
        } catch (final IOException e) {
            weights.close();
            throw new ModelException("weights cannot be read: " + e.getMessage(), e);
        } catch (final RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /**
     * On the CPU, the tensors of a file that has the same number type are mapped: the file is read when it is used, and processes share
     * its pages until they write to them. During that time the file must not be overwritten; it may be replaced by another file.
     */
    private void load(final SortedMap<String, Safetensors.Tensor> source) throws IOException {
        final Map<Path, NDArray> mapped = new HashMap<>();
        try (NDManager scope = manager.newSubManager()) {
            for (final Map.Entry<String, Safetensors.Tensor> e : source.entrySet()) {
                final Safetensors.Tensor tensor = e.getValue();
                final NDArray made;
                if (tensor.bytes() instanceof FileBytes bytes && mappable(tensor, bytes)) {
                    NDArray file = mapped.get(bytes.file());
                    if (file == null) {
                        file = transfer.map(bytes.file(), type, scope);
                        mapped.put(bytes.file(), file);
                    }
                    made = transfer.part(file, bytes.start() / type.bytes(), tensor.shape(), manager);
                } else {
                    made = transfer.allocate(tensor.shape(), type, manager);
                    transfer.read(tensor.bytes(), tensor.type(), made, type);
                }
                tensors.put(e.getKey(), made);
            }
        }
    }

    private boolean mappable(final Safetensors.Tensor tensor, final FileBytes bytes) {
        return tensor.type() == type
                && bytes.start() % type.bytes() == 0
                && !manager.getDevice().isGpu();
    }

    /** Replaces the values of the tensors by those of the source, which has the same names and shapes. */
    public void overwrite(final SortedMap<String, Safetensors.Tensor> source) {
        // first, because a source that fails has changed some of them
        changed();
        source.forEach((name, tensor) -> {
            try {
                transfer.read(tensor.bytes(), tensor.type(), tensor(name), type);
            } catch (final IOException e) {
                throw new ModelException("tensor '" + name + "' cannot be read: " + e.getMessage(), e);
            }
        });
    }

    /** Whoever changes the values of the tensors calls this, so that copies of them are made again. */
    public void changed() {
        changes++;
    }

    /** How often the values have changed. A copy is out of date when this is another number than when the copy was made. */
    long changes() {
        return changes;
    }

    private NDArray tensor(final String name) {
        final NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("there is no tensor " + name);
        }
        return tensor;
    }

    /** Creates float32 tensors of the same names and shapes, filled with zeros; for example the moments of an optimiser. */
    public Weights zeros() {
        final Weights zeros = new Weights(manager.getParentManager(), transfer, WeightType.F32, prefix);
        tensors.forEach((name, t) -> zeros.tensors.put(name, zeros.manager.zeros(t.getShape(), DataType.FLOAT32)));
        return zeros;
    }

    /** Creates a copy, which later updates do not change. */
    public Weights copy() {
        return copy(type);
    }

    /** Creates a copy with another number type. */
    public Weights copy(final WeightType to) {
        final Weights copy = new Weights(manager.getParentManager(), transfer, to, prefix);
        tensors.forEach((name, t) -> {
            final NDArray twin = transfer.allocate(t.getShape(), to, copy.manager);
            transfer.copy(t, twin);
            copy.tensors.put(name, twin);
        });
        return copy;
    }

    /**
     * Makes recorded computations keep gradients for every tensor. Gradients of another type than float32 are summed in float32 besides,
     * so that it does not matter in how many parts a batch is computed.
     */
    public void trackGradients() {
        tensors.values().forEach(t -> t.setRequiresGradient(true));
        // libtorch makes a gradient in the first backward pass only; what adds to a gradient by itself needs it before
        try (NDManager scope = newScope()) {
            final NDList arguments = new NDList();
            addTo(arguments, "w");
            transfer.makeGradients(arguments, scope);
        }
        if (type != WeightType.F32 && gradientSums == null) {
            gradientSums = zeros();
        }
    }

    /** Adds the gradients of a backward pass to the sums; called after each pass. */
    public void sumGradients() {
        if (gradientSums != null) {
            try (Weights left = left();
                    NDManager scope = newScope()) {
                final NDList arguments = new NDList();
                left.addTo(arguments, "g");
                gradientSums.addTo(arguments, "s");
                transfer.addAndClear(arguments, scope);
            }
        }
    }

    /** The gradient of one tensor so far, float32, to add to. {@code scope} or these weights free what holds it. */
    public NDArray gradient(final String name, final NDManager scope) {
        if (gradientSums != null) {
            final NDArray sum = gradientSums.tensor(name);
            sum.setName(null);
            return sum;
        }
        final NDArray gradient = tensor(name).getGradient();
        gradient.detach();
        gradient.attach(scope);
        return gradient;
    }

    /** The sums of the gradients of all backward passes, float32. The result shares the memory of the gradients. */
    public Weights gradients() {
        return gradientSums == null ? left() : gradientSums.view();
    }

    /** The gradients that backward passes left on the tensors. */
    private Weights left() {
        final Weights gradients = new Weights(manager.getParentManager(), transfer, type, prefix);
        tensors.forEach((name, t) -> {
            final NDArray gradient = t.getGradient();
            gradient.detach();
            gradient.attach(gradients.manager);
            gradients.tensors.put(name, gradient);
        });
        return gradients;
    }

    /** The same tensors in a scope that can be closed without freeing them. */
    private Weights view() {
        final Weights view = new Weights(manager.getParentManager(), transfer, type, prefix);
        view.tensors.putAll(tensors);
        return view;
    }

    /** Appends the tensors to the arguments of a module's method, as the dictionary {@code argument}. */
    public void addTo(final NDList arguments, final String argument) {
        addPartTo(arguments, argument, "");
    }

    /** Appends only the tensors whose names in the module begin with {@code part}. Returns whether there are any. */
    boolean addPartTo(final NDList arguments, final String argument, final String part) {
        final String from = prefix + part;
        int added = 0;
        for (final Map.Entry<String, NDArray> e : tensors.tailMap(from).entrySet()) {
            if (!e.getKey().startsWith(from)) {
                break;
            }
            e.getValue().setName(argument + "." + e.getKey().substring(prefix.length()));
            arguments.add(e.getValue());
            added++;
        }
        return added > 0;
    }

    public Map<String, NDArray> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** The transfer that moves the bytes of these tensors. */
    public TensorTransfer transfer() {
        return transfer;
    }

    public WeightType type() {
        return type;
    }

    public long parameterCount() {
        return tensors.values().stream().mapToLong(NDArray::size).sum();
    }

    /** Creates a scope for temporary arrays on the same device. */
    public NDManager newScope() {
        return manager.newSubManager();
    }

    /**
     * Creates one safetensors image of all tensors. This image is broadcast, and its digest is logged.
     *
     * @throws ModelException when the image is larger than a Java buffer can be
     */
    public ByteBuffer toSafetensors() {
        return Safetensors.image(tensors, type, transfer);
    }

    /** The size of that image in bytes. */
    public long imageBytes() {
        return Safetensors.imageBytes(tensors, type);
    }

    /** Writes the same image. It may be of any size. */
    public void writeTo(final WritableByteChannel out) throws IOException {
        writeTo(out, type);
    }

    /** Writes the image with another number type. */
    public void writeTo(final WritableByteChannel out, final WeightType written) throws IOException {
        Safetensors.write(tensors, type, written, transfer, out);
    }

    /** Writes an image of some of the tensors, with another number type. */
    public void writeTo(final WritableByteChannel out, final WeightType written, final Set<String> names)
            throws IOException {
        final SortedMap<String, NDArray> part = new TreeMap<>(tensors);
        part.keySet().retainAll(names);
        Safetensors.write(part, type, written, transfer, out);
    }

    @Override
    public void close() {
        if (gradientSums != null) {
            gradientSums.close();
        }
        manager.close();
    }
}
