package org.mtrljudge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.checkpoint.AdapterMerge;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSize;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.training.MemoryPlan;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.RunMemory;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "model",
        description = "Shows the size of a model, and merges adapters.",
        subcommands = {ModelCommand.Info.class, ModelCommand.Merge.class})
final class ModelCommand {
    private static final int DEFAULT_RANK = 64;

    @Command(
            name = "merge",
            description = "Makes a whole judge of an adapter and its base model, with all files of the base model.")
    static final class Merge implements Callable<Integer> {
        @Option(
                names = "--adapter",
                required = true,
                paramLabel = "DIR",
                description = "the folder of the adapter, for example runs/RUN/checkpoints/rl")
        private Path adapter = Path.of("");

        @Option(names = "--out", required = true, paramLabel = "DIR", description = "the new folder")
        private Path out = Path.of("");

        @Option(
                names = "--dtype",
                paramLabel = "bf16|f32",
                description = "the number type of the weights (default: that of the base model's files)")
        private @Nullable String dtype;

        @Override
        public Integer call() {
            if (Files.exists(out)) {
                throw new UsageException(out + " already exists: choose another folder with --out");
            }
            if (dtype != null && !List.of("bf16", "f32").contains(dtype)) {
                throw new UsageException("--dtype takes bf16 or f32, not '" + dtype + "'");
            }
            final WeightType type = AdapterMerge.merge(
                    adapter, out, dtype == null ? null : WeightType.valueOf(dtype.toUpperCase(Locale.ROOT)));
            System.out.println("merged into " + out + ", " + type);
            return 0;
        }
    }

    @Command(
            name = "info",
            description =
                    "Shows parameters, bytes on disk, and the memory to serve and to train with the settings. A checkpoint folder needs"
                            + " only its config.json.")
    static final class Info implements Callable<Integer> {
        @Mixin
        private RunOptions options = new RunOptions();

        @Option(
                names = "--model",
                paramLabel = "DIR",
                description = "a preset or a checkpoint folder (default: the model of the settings)")
        private @Nullable String model;

        @Option(
                names = "--train",
                paramLabel = "full|lora",
                description =
                        "what is trained (default: what the settings say); lora has rank 64 if the settings name no rank")
        private @Nullable String train;

        @Override
        public Integer call() throws IOException {
            final RunSettings settings = settings();
            final String name = settings.model();
            final JudgeConfig config = JudgeFolder.config(name);
            final ModelOptions held = JudgeFolder.isAdapter(Path.of(name))
                    ? JudgeFolder.named(name).resolved(settings.modelOptions())
                    : settings.modelOptions();
            final RunMemory memory = RunMemory.of(settings, config, held);
            final ModelSize size = memory.size();
            System.out.printf(
                    Locale.ROOT, "%s: %,d parameters in %d tensors%n", name, size.parameters(), size.tensors());
            final long onDisk = bytesOnDisk(name);
            print(
                    onDisk == 0 ? 2 * size.parameters() : onDisk,
                    onDisk == 0 ? "on disk as BF16 (estimate: no files with weights found)" : "on disk");
            serving(settings, held, memory);
            training(settings, held, memory);
            return 0;
        }

        private RunSettings settings() {
            final List<String> base = new ArrayList<>();
            if (model != null) {
                base.add("model=" + model);
            }
            final RunSettings settings = options.settings(null, base);
            if (train == null) {
                return settings;
            }
            if (!List.of("full", "lora").contains(train)) {
                throw new UsageException("--train takes full or lora, not '" + train + "'");
            }
            final int rank = settings.learner().actor().model().lora().rank();
            base.add("actor.model.lora.rank=" + (train.equals("full") ? 0 : rank == 0 ? DEFAULT_RANK : rank));
            return options.settings(null, base);
        }

        private static void serving(final RunSettings settings, final ModelOptions held, final RunMemory memory) {
            System.out.println("an actor");
            print(memory.plan().weights() + memory.adapter(), "  weights");
            print(
                    memory.cachedKeysAndValues(),
                    "  keys and values of " + memory.cachedPositions() + " generated positions; each takes "
                            + memory.size().keyValuesPerToken() * held.dtype().bytes()
                            + " bytes, and so does each of a prompt");
            print(memory.actor(), "  in total");
        }

        private static void training(final RunSettings settings, final ModelOptions held, final RunMemory memory) {
            final Lora lora = held.lora();
            final MemoryPlan plan = memory.plan();
            System.out.println("the learner, " + (lora == null ? "all weights trained" : lora + " trained"));
            print(plan.weights() + memory.adapter(), "  weights");
            print(plan.gradients(), "  gradients");
            print(plan.optimizer(), "  AdamW, float32");
            print(memory.copies(), "  policies of earlier versions" + (memory.reference() ? " and the reference" : ""));
            print(
                    plan.activations(),
                    "  activations (estimate) of " + settings.learner().actor().maxTokensPerMicroBatch()
                            + " positions (actor.max_tokens_per_micro_batch"
                            + (held.gradientCheckpointing() ? ", gradient checkpointing)" : ")"));
            print(plan.probabilities(), "  probabilities over the vocabulary");
            print(memory.learner(), "  in total");
        }

        private static long bytesOnDisk(final String model) throws IOException {
            if (!Files.isDirectory(Path.of(model))) {
                return 0;
            }
            try (Stream<Path> files = Files.list(Path.of(model))) {
                return files.filter(f -> f.toString().endsWith(".safetensors"))
                        .mapToLong(f -> f.toFile().length())
                        .sum();
            }
        }

        private static void print(final long bytes, final String what) {
            System.out.printf(Locale.ROOT, "%,14.1f MiB  %s%n", bytes / 1048576.0, what);
        }
    }
}
