package org.mtrljudge.standalone.bench;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.service.ResidentMemory;
import org.mtrljudge.settings.io.Folders;

/** Measures generation, training and loading of one random checkpoint, and of the reference implementation where Python has it. */
public final class ModelBench {
    private static final int SEQUENCES = 32;
    private static final int PROMPT = 128;
    private static final int NEW_TOKENS = 128;
    private static final int ROWS = 16;
    private static final int ROW = 256;
    private static final double GB = 1e9;

    private final @Nullable String python;
    private final int rounds;
    private final PrintStream out;

    /**
     * @param python a Python program with torch and transformers; null: prints only the figures of this implementation
     * @param rounds the number of measurements per side; the sides alternate
     */
    public ModelBench(final @Nullable String python, final int rounds, final PrintStream out) {
        this.python = python;
        this.rounds = rounds;
        this.out = out;
    }

    /** One measurement. */
    record Figure(double tokensPerSecond, long peakBytes) {}

    /**
     * Runs the measurements and prints them.
     *
     * @param loading whether loading is measured too; this writes 2 GB
     * @param experts whether the model is a mixture of 64 experts per layer, of which a token uses 8; otherwise it is dense
     */
    public void run(final boolean loading, final boolean experts) throws IOException {
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        final Path folder = Files.createTempDirectory("judge-bench");
        try {
            final Path checkpoint =
                    experts ? checkpoint(folder, "experts", 384, 8, 64) : checkpoint(folder, "small", 384, 22, 0);
            for (int round = 1; round <= rounds; round++) {
                compare("generation", checkpoint, "generate", this::generate);
            }
            // after generation, because the process keeps the memory of training
            for (int round = 1; round <= rounds; round++) {
                compare("training step", checkpoint, "train", this::train);
            }
            Folders.delete(checkpoint);
            if (loading) {
                load(checkpoint(folder, "large", 960, 34, 0));
            }
        } finally {
            Folders.delete(folder);
        }
    }

    private Path checkpoint(final Path folder, final String name, final int hidden, final int layers, final int experts)
            throws IOException {
        final RandomCheckpoint checkpoint = RandomCheckpoint.write(folder, name, hidden, layers, experts);
        out.printf(Locale.ROOT, "a random checkpoint of %,d parameters%n", checkpoint.parameters());
        return checkpoint.folder();
    }

    /** A measurement of this implementation. */
    private interface Ours {
        Figure measure(Path checkpoint) throws IOException;
    }

    private void compare(final String what, final Path checkpoint, final String name, final Ours ours)
            throws IOException {
        final Figure own = ours.measure(checkpoint);
        out.printf(
                Locale.ROOT,
                "%-14s ours %7.0f tokens/s, %5.0f MB at most",
                what,
                own.tokensPerSecond,
                own.peakBytes / 1e6);
        if (python != null) {
            final Figure theirs = ReferencePeer.measure(python, name, checkpoint);
            out.printf(
                    Locale.ROOT,
                    "; reference %7.0f tokens/s, %5.0f MB: %.2f x its speed, %.2f x its memory",
                    theirs.tokensPerSecond,
                    theirs.peakBytes / 1e6,
                    own.tokensPerSecond / theirs.tokensPerSecond,
                    (double) own.peakBytes / theirs.peakBytes);
        }
        out.println();
    }

    private Figure generate(final Path checkpoint) throws IOException {
        final Random random = new Random(1);
        final List<EncodedPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < SEQUENCES; i++) {
            prompts.add(RandomCheckpoint.prompt(
                    random.ints(PROMPT, 10, RandomCheckpoint.VOCABULARY - 10).toArray()));
        }
        ResidentMemory.forgetPeak();
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(checkpoint))) {
            final long[] seeds = new long[SEQUENCES];
            // warms up the JIT compiler
            model.generate(prompts, 1, new Sampling(1, 1, 4), seeds);
            final long start = System.nanoTime();
            final long tokens = model.generate(prompts, 1, new Sampling(1, 1, NEW_TOKENS), seeds).stream()
                    .mapToLong(g -> g.get(0).tokens().length)
                    .sum();
            return new Figure(tokens / ((System.nanoTime() - start) / 1e9), ResidentMemory.peakBytes());
        }
    }

    /** Each row has 256 positions and predicts 255 tokens: the labels are the row itself, shifted by one. */
    private Figure train(final Path checkpoint) throws IOException {
        final Random random = new Random(1);
        final List<PackedGroup> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            rows.add(new PackedGroup(
                    RandomCheckpoint.prompt(
                            random.ints(2, 10, RandomCheckpoint.VOCABULARY).toArray()),
                    List.of(random.ints(ROW - 1, 10, RandomCheckpoint.VOCABULARY)
                            .toArray())));
        }
        ResidentMemory.forgetPeak();
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(checkpoint));
                AdamW optimizer = model.optimizer(new AdamW.Settings(0.01, 0.9, 0.999, 1e-8, 1.0))) {
            final int measured = 3;
            long start = 0;
            // two unmeasured steps for the JIT compiler
            for (int step = -2; step < measured; step++) {
                start = step == 0 ? System.nanoTime() : start;
                try (NDManager scope = model.newScope()) {
                    model.backward(rows, 1, scope, s -> s.logProbs().mean().neg());
                }
                optimizer.step(1e-4);
            }
            final double seconds = (System.nanoTime() - start) / 1e9;
            return new Figure(measured * ROWS * ROW / seconds, ResidentMemory.peakBytes());
        }
    }

    /** Measures loading the checkpoint and reading the same bytes, each in a new process: reused memory would be faster. */
    private void load(final Path checkpoint) throws IOException {
        final long bytes = Files.size(checkpoint.resolve("model.safetensors"));
        // warms up the page cache
        LoadBench.inProcess("over", checkpoint);
        for (int round = 1; round <= rounds; round++) {
            final LoadBench.Figure loaded = LoadBench.inProcess("load", checkpoint);
            final LoadBench.Figure touched = LoadBench.inProcess("touch", checkpoint);
            final LoadBench.Figure into = LoadBench.inProcess("into", checkpoint);
            final LoadBench.Figure over = LoadBench.inProcess("over", checkpoint);
            out.printf(
                    Locale.ROOT,
                    "loading        %.2f GB in %.2f s, with every weight used once %.2f s, peak memory %.2f x the weights;"
                            + " reading the file into memory of the same size %.2f s (%.2f x its speed), through a buffer of 1 MB %.2f s"
                            + " (%.2f x)%n",
                    bytes / GB,
                    loaded.seconds(),
                    touched.seconds(),
                    (double) touched.peakBytes() / bytes,
                    into.seconds(),
                    into.seconds() / touched.seconds(),
                    over.seconds(),
                    over.seconds() / touched.seconds());
        }
    }
}
