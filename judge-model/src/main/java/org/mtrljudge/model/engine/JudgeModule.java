package org.mtrljudge.model.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;

/**
 * The model's math: the class of {@code torchscript/judge.py}, packed into a TorchScript archive and compiled by libtorch.
 * The module has no state. Weights and inputs are arguments, so one module serves many sets of weights.
 */
public final class JudgeModule implements AutoCloseable {
    // an archive has one text per class: the files continue the body of one class, in this order
    private static final List<String> SOURCES = List.of(
            "/torchscript/judge.py",
            "/torchscript/entry_points.py",
            "/torchscript/generation.py",
            "/torchscript/optimiser.py");
    /** What needs oneDNN, which libtorch does not have on every machine (not on Apple's processors). */
    private static final String PACKED = "/torchscript/packed.py";

    private static final String NOT_PACKED = "/torchscript/not_packed.py";
    private static final String HEADER = "class Judge(Module):\n";

    private final Model model;
    private final PtSymbolBlock block;
    private final boolean packs;

    /** @throws ModelException when libtorch cannot compile the source. The message quotes the line */
    public JudgeModule() {
        this(PACKED);
    }

    /** @param wished the last part of the source, which this libtorch may not be able to compile */
    JudgeModule(final String wished) {
        engine();
        final Model withPacked = compiledOrNull(wished);
        packs = withPacked != null;
        model = withPacked == null ? compiled(NOT_PACKED) : withPacked;
        block = (PtSymbolBlock) model.getBlock();
    }

    private static @Nullable Model compiledOrNull(final String last) {
        try {
            return compiled(last);
        } catch (final ModelException e) {
            // an error in another part of the source is met again without this part
            return null;
        }
    }

    private static Model compiled(final String last) {
        final Model model = Model.newInstance("judge", "PyTorch");
        try {
            model.load(new ByteArrayInputStream(archive(source(last))));
            return model;
        } catch (final IOException | MalformedModelException | EngineException e) {
            model.close();
            throw new ModelException("the model's TorchScript source cannot be loaded: " + e.getMessage(), e);
        }
    }

    /** Whether this machine's libtorch can pack matrices. */
    public boolean packs() {
        return packs;
    }

    /**
     * Loads libtorch.
     *
     * @throws ModelException when there is no libtorch for this machine
     */
    static Engine engine() {
        try {
            return Engine.getEngine("PyTorch");
        } catch (final EngineException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new ModelException(
                    "libtorch cannot be loaded (" + cause.getMessage() + "): see 'Devices' in docs/models.md", e);
        }
    }

    /** Sets the number of cores that one operation of the calling thread may use. */
    public static void useThreads(final int threads) {
        engine();
        JniUtils.setNumThreads(threads);
    }

    /** Whether autograd records a computation. */
    public enum Gradients {
        RECORDED,
        /** Not recorded in this call. The call can share the compiled plan of a recorded call. */
        OFF,
        /** Not recorded, and the results can never be part of a recorded computation. This is the fastest mode. */
        NEVER
    }

    /**
     * Runs one method of the module. The manager of the first argument owns the results.
     *
     * @param arguments in the order of the method's parameters. The entries of a dictionary are named as DJL expects it: {@code
     *     w.some.tensor}
     */
    public NDList run(final String method, final NDList arguments, final Gradients gradients) {
        if (gradients == Gradients.NEVER) {
            JniUtils.setGraphExecutorOptimize(true);
            return runFreeing(method, arguments);
        }
        try (NDManager scope = arguments.head().getManager().newSubManager()) {
            final NDArray name = scope.create(0);
            name.setName("module_method:" + method);
            final NDList all = new NDList(arguments);
            all.add(name);
            // libtorch's graph optimiser rewrites a graph that it has seen run a few times. The new graph rounds
            // differently, so training that continues in a new process would not give the same bits. The optimiser
            // makes only the loop of generation faster, so it is on only there.
            JniUtils.setGraphExecutorOptimize(false);
            if (gradients == Gradients.RECORDED) {
                return IValueUtils.forward(block, all, true);
            }
            final boolean before = JniUtils.isGradMode();
            JniUtils.setGradMode(false);
            try {
                return IValueUtils.forward(block, all, true);
            } finally {
                JniUtils.setGradMode(before);
            }
        }
    }

    /** Runs a method that frees what holds its arguments also when it fails, as it does where memory is short. DJL's own call does not. */
    private NDList runFreeing(final String method, final NDList arguments) {
        // one entry per parameter, in order; an array that is no part of a dictionary has the empty key
        final Map<String, Map<String, PtNDArray>> parameters = new LinkedHashMap<>();
        for (final NDArray array : arguments) {
            final String name = array.getName() == null ? "" : array.getName();
            final int dot = name.indexOf('.');
            parameters
                    .computeIfAbsent(
                            dot < 0 ? "parameter " + parameters.size() : name.substring(0, dot),
                            key -> new LinkedHashMap<>())
                    .put(dot < 0 ? "" : name.substring(dot + 1), (PtNDArray) array);
        }
        final List<IValue> values = new ArrayList<>();
        try {
            for (final Map<String, PtNDArray> parameter : parameters.values()) {
                final PtNDArray single = parameter.get("");
                values.add(single == null ? IValue.stringMapFrom(parameter) : IValue.from(single));
            }
            try (IValue result = IValueUtils.runMethod(block, method, values.toArray(new IValue[0]))) {
                return result.toNDList((PtNDManager) arguments.head().getManager());
            }
        } finally {
            values.forEach(IValue::close);
        }
    }

    /** The text of the whole class. Each file repeats the header, so that it can be read alone. */
    private static byte[] source(final String last) throws IOException {
        final List<String> files = new ArrayList<>(SOURCES);
        files.add(last);
        final List<String> bodies = new ArrayList<>();
        for (final String file : files) {
            try (InputStream source = JudgeModule.class.getResourceAsStream(file)) {
                if (source == null) {
                    throw new ModelException("the resource " + file + " is not on the class path");
                }
                bodies.add(new String(source.readAllBytes(), StandardCharsets.UTF_8).substring(HEADER.length()));
            }
        }
        return (HEADER + String.join("\n", bodies)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] archive(final byte[] source) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", pickledModule());
            store(zip, "code/__torch__.py", source);
            // the pickle of an empty tuple
            store(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
            store(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    /** The pickle of an object of class {@code __torch__.Judge} with its two attributes, training and _is_full_backward_hook. */
    private static byte[] pickledModule() throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x80, 2, 'c'});
        out.write("__torch__\nJudge\n".getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[] {'q', 0, ')', (byte) 0x81, '}', '('});
        unicode(out, "training");
        out.write(0x89);
        unicode(out, "_is_full_backward_hook");
        out.write(new byte[] {'N', 'u', 'b', '.'});
        return out.toByteArray();
    }

    private static void unicode(final ByteArrayOutputStream out, final String text) throws IOException {
        out.write(new byte[] {'X', (byte) text.length(), 0, 0, 0});
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void store(final ZipOutputStream zip, final String name, final byte[] content) throws IOException {
        final ZipEntry entry = new ZipEntry("judge/" + name);
        final CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    @Override
    public void close() {
        model.close();
    }
}
