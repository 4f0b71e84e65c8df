package org.mtrljudge.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeConfig;
import org.mtrljudge.model.JudgeFolder;
import org.mtrljudge.model.Lora;
import org.mtrljudge.model.MemoryPlan;
import org.mtrljudge.model.ModelOptions;
import org.mtrljudge.model.ModelSize;
import org.mtrljudge.service.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "model", description = "Tells about a model.", subcommands = ModelCommand.Info.class)
final class ModelCommand {
    private static final int DEFAULT_RANK = 64;

    @Command(
            name = "info",
            description =
                    "Parameters, bytes on disk, and memory to serve and to train at the run's settings. Of a checkpoint folder its"
                            + " config.json is enough.")
    static final class Info implements Callable<Integer> {
        @Mixin
        private RunOptions options = new RunOptions();

        @Option(
                names = "--model",
                paramLabel = "DIR",
                description = "a preset or a checkpoint folder (default: the settings' model)")
        private @Nullable String model;

        @Option(
                names = "--train",
                paramLabel = "full|lora",
                description = "what is trained (default: as the settings say); lora takes rank 64 where they name none")
        private @Nullable String train;

        @Override
        public Integer call() throws IOException {
            final RunSettings settings = settings();
            final String name = settings.model();
            final JudgeConfig config = JudgeFolder.config(name);
            final ModelSize size = ModelSize.of(config);
            final ModelOptions held = JudgeFolder.isAdapter(Path.of(name))
                    ? JudgeFolder.named(name).resolved(settings.modelOptions())
                    : settings.modelOptions();
            final int tokens = settings.learner().actor().maxTokensPerMicroBatch();
            final MemoryPlan plan = MemoryPlan.of(config, held, tokens);
            System.out.printf(
                    Locale.ROOT, "%s: %,d parameters in %d tensors%n", name, size.parameters(), size.tensors());
            final long onDisk = bytesOnDisk(name);
            print(
                    onDisk == 0 ? 2 * size.parameters() : onDisk,
                    onDisk == 0 ? "on disk as BF16 (no weights there)" : "on disk");
            serving(settings, held, size, plan);
            training(settings, held, plan, tokens);
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
                throw new UsageException("--train takes full or lora; this was '" + train + "'");
            }
            final int rank = settings.learner().actor().model().lora().rank();
            base.add("actor.model.lora.rank=" + (train.equals("full") ? 0 : rank == 0 ? DEFAULT_RANK : rank));
            return options.settings(null, base);
        }

        private static void serving(
                final RunSettings settings, final ModelOptions held, final ModelSize size, final MemoryPlan plan) {
            final int bytes = held.dtype().bytes();
            final long rows = (long) settings.rollout().maxPrompts()
                    * settings.learner().rollout().n();
            final int limit = settings.learner().data().maxResponseLength();
            final long cached = rows * limit * size.keyValuesPerToken() * bytes;
            final long adapter = held.lora() == null ? 0 : plan.policy();
            System.out.println("an actor");
            print(plan.weights() + adapter, "  weights");
            print(
                    cached,
                    "  keys and values of " + rows + " completions of " + limit + " tokens; each position of a prompt "
                            + size.keyValuesPerToken() * bytes + " bytes more");
            print(plan.weights() + adapter + cached, "  together");
        }

        private static void training(
                final RunSettings settings, final ModelOptions held, final MemoryPlan plan, final int tokens) {
            final Lora lora = held.lora();
            final boolean reference = settings.learner().algorithm().klCoef() > 0;
            final long copies = plan.policy() * (settings.learner().trainer().maxStaleness() + 1 + (reference ? 1 : 0));
            final long adapter = lora == null ? 0 : plan.policy();
            System.out.println("the learner, " + (lora == null ? "all weights trained" : lora + " trained"));
            print(plan.weights() + adapter, "  weights");
            print(plan.gradients(), "  gradients");
            print(plan.optimizer(), "  AdamW, float32");
            print(copies, "  policies of earlier versions" + (reference ? " and the reference" : ""));
            print(
                    plan.activations(),
                    "  activations, about, of " + tokens + " positions (actor.max_tokens_per_micro_batch"
                            + (held.gradientCheckpointing() ? ", gradient checkpointing)" : ")"));
            print(plan.probabilities(), "  probabilities over the vocabulary");
            print(
                    plan.weights()
                            + adapter
                            + plan.gradients()
                            + plan.optimizer()
                            + copies
                            + plan.activations()
                            + plan.probabilities(),
                    "  together");
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
