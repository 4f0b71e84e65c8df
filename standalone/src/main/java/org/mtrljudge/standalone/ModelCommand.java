package org.mtrljudge.standalone;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeFolder;
import org.mtrljudge.model.ModelSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "model", description = "Tells about a model.", subcommands = ModelCommand.Info.class)
final class ModelCommand {

    @Command(
            name = "info",
            description =
                    "Parameters and memory at the run's settings. Of a checkpoint folder its config.json is enough.")
    static final class Info implements Callable<Integer> {
        /** Weights are float32 in memory so far. */
        private static final int BYTES = Float.BYTES;

        @Mixin
        private RunOptions options = new RunOptions();

        @Option(
                names = "--model",
                paramLabel = "DIR",
                description = "a preset or a checkpoint folder (default: the settings' model)")
        private @Nullable String model;

        @Override
        public Integer call() {
            final RunSettings settings = options.settings(null, model == null ? List.of() : List.of("model=" + model));
            final ModelSize size = ModelSize.of(JudgeFolder.config(settings.model()));
            final RunSettings.Rollout rollout = settings.rollout();
            final long rows = (long) rollout.maxPrompts() * rollout.n();
            final long cached = rows * settings.data().maxResponseLength() * size.keyValuesPerToken() * BYTES;
            final int copies = settings.algorithm().klCoef() > 0 ? 5 : 4; // the reference policy is one more
            System.out.printf(Locale.ROOT, "%,d parameters in %d tensors%n", size.parameters(), size.tensors());
            print("an actor's weights", size.parameters() * BYTES, "");
            print(
                    "its keys and values",
                    cached,
                    rows + " completions of " + settings.data().maxResponseLength()
                            + " tokens; a prompt's position takes " + size.keyValuesPerToken() * BYTES + " bytes more");
            print(
                    "the learner's weights, gradients and AdamW",
                    copies * size.parameters() * BYTES,
                    "activations come on top, bounded by actor.max_tokens_per_micro_batch");
            return 0;
        }

        private static void print(final String what, final long bytes, final String note) {
            System.out.printf(
                    Locale.ROOT,
                    "%,14.1f MiB  %s%s%n",
                    bytes / 1048576.0,
                    what,
                    note.isEmpty() ? "" : " (" + note + ")");
        }
    }
}
