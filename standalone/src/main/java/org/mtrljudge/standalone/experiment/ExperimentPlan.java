package org.mtrljudge.standalone.experiment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.training.MemoryPlan;
import org.mtrljudge.standalone.experiment.report.Cell;
import org.mtrljudge.standalone.experiment.report.Method;
import org.mtrljudge.standalone.experiment.report.Preset;
import org.mtrljudge.standalone.run.RunMemory;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/** The cost of an experiment before it starts: runs, examples, tokens, memory. All are upper bounds, because runs may stop early. */
public final class ExperimentPlan {
    private final CellSettings settings;
    // by task: the number of train, validation and test examples
    private final Map<String, List<Integer>> sizes;
    private final boolean guessed;

    public ExperimentPlan(final CellSettings settings) {
        this.settings = settings;
        final Preset.Expected expected = settings.preset().expected();
        final String file = settings.shared().data().file();
        this.guessed = expected != null && file != null && !Files.isRegularFile(Path.of(file));
        this.sizes = expected != null && guessed
                ? expected.tasks()
                : sizes(settings.shared().data().source());
    }

    private static Map<String, List<Integer>> sizes(final ExampleSource source) {
        final Map<String, List<Integer>> sizes = new LinkedHashMap<>();
        source.tasks(Split.TEST).forEach(task -> {
            final List<Integer> own = new ArrayList<>();
            for (final Split split : Split.values()) {
                own.add(source.tasks(split).contains(task) ? source.size(task, split) : 0);
            }
            sizes.put(task, own);
        });
        return sizes;
    }

    public String toText() {
        final List<String> trained = sizes.entrySet().stream()
                .filter(task -> task.getValue().get(0) > 0)
                .map(Map.Entry::getKey)
                .toList();
        final List<Cell> cells = settings.preset().cells(trained);
        final StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d runs: seeds %s, tasks %s%n",
                cells.size(),
                settings.preset().seeds(),
                sizes.keySet()));
        if (guessed) {
            text.append(settings.shared().data().file())
                    .append(" does not exist: the sizes are those that the preset expects\n");
        }
        budget(cells, text);
        memory(text);
        return text.toString();
    }

    /** The upper bounds of one run. */
    private record Budget(long sftExamples, long rlCompletions, long evalPrompts, long tokens) {
        Budget plus(final Budget other) {
            return new Budget(
                    sftExamples + other.sftExamples,
                    rlCompletions + other.rlCompletions,
                    evalPrompts + other.evalPrompts,
                    tokens + other.tokens);
        }
    }

    private void budget(final List<Cell> cells, final StringBuilder text) {
        text.append(String.format(
                "%n%-26s %5s %14s %16s %14s %22s%n",
                "method", "runs", "SFT examples", "RL completions", "eval prompts", "generated tokens ≤"));
        Budget all = new Budget(0, 0, 0, 0);
        for (final Method method : Method.values()) {
            final List<Cell> own =
                    cells.stream().filter(cell -> cell.method() == method).toList();
            final Budget sum = own.stream().map(this::budget).reduce(new Budget(0, 0, 0, 0), Budget::plus);
            line(method.title(), own.size(), sum, text);
            all = all.plus(sum);
        }
        line("in total", cells.size(), all, text);
        final Preset.Expected expected = settings.preset().expected();
        if (expected != null) {
            final int group = settings.shared().learner().rollout().n();
            final long prompts = all.rlCompletions / group + all.evalPrompts;
            text.append(String.format(
                    Locale.ROOT,
                    "prompts: %,d with about %d tokens each, including images, add %,d tokens for the actors%n",
                    prompts,
                    expected.promptTokens(),
                    prompts * expected.promptTokens()));
        }
    }

    private static void line(final String title, final int runs, final Budget budget, final StringBuilder text) {
        text.append(String.format(
                Locale.ROOT,
                "%-26s %5d %,14d %,16d %,14d %,22d%n",
                title,
                runs,
                budget.sftExamples,
                budget.rlCompletions,
                budget.evalPrompts,
                budget.tokens));
    }

    private Budget budget(final Cell cell) {
        final RunSettings run = settings.of(cell);
        final LearnerSettings own = run.learner();
        final List<String> watched = run.data().watchTasks();
        final long validation = sizes.entrySet().stream()
                .filter(e -> cell.task() == null || cell.task().equals(e.getKey()) || watched.contains(e.getKey()))
                .mapToLong(e -> e.getValue().get(1))
                .sum();
        final long test = sizes.values().stream().mapToLong(s -> s.get(2)).sum();
        final int sft = own.sft().steps();
        final int rl = own.trainer().totalSteps();
        final long tests = (own.trainer().testBeforeTrain() ? 1 : 0) + (sft > 0 ? 1 : 0) + (rl > 0 ? 1 : 0);
        final long completions =
                (long) rl * own.data().rolloutBatchSize() * own.rollout().n();
        final long asked = tests * test
                + validation
                        * (validations(sft, own.sft().valFreq(), 0)
                                + validations(rl, own.trainer().valFreq(), 1));
        return new Budget(
                (long) sft * own.sft().batchSize(),
                completions,
                asked,
                (completions + asked) * own.data().maxResponseLength());
    }

    private static long validations(final int steps, final int frequency, final int before) {
        return steps == 0 || frequency == 0 ? 0 : before + (steps + frequency - 1L) / frequency;
    }

    /** Appends the memory of the unified RL runs, which need the most memory of all runs. */
    private void memory(final StringBuilder text) {
        final RunSettings warmUp = settings.of(
                new Cell(Method.WARM_UP, null, settings.preset().seeds().get(0)));
        final RunMemory memory = RunMemory.of(settings.shared(), config(warmUp.model()), warmUp.modelOptions());
        final MemoryPlan plan = memory.plan();
        text.append(String.format(
                Locale.ROOT,
                "%n%s: %,d parameters%n",
                warmUp.model(),
                memory.size().parameters()));
        text.append("learner: ")
                .append(bytes(memory.learner()))
                .append(" (weights ")
                .append(bytes(plan.weights()));
        text.append(", gradients ")
                .append(bytes(plan.gradients()))
                .append(", AdamW ")
                .append(bytes(plan.optimizer()));
        text.append(", earlier policies ").append(memory.reference() ? "and the reference " : "");
        text.append(bytes(memory.copies())).append(", activations about ").append(bytes(plan.activations()));
        text.append(", probabilities ").append(bytes(plan.probabilities())).append(")\n");
        text.append("each of ").append(warmUp.rollout().actors()).append(" actors: ");
        text.append(bytes(memory.actor())).append(" (weights ").append(bytes(plan.weights()));
        text.append(", keys and values of ").append(memory.cachedPositions()).append(" positions ");
        text.append(bytes(memory.cachedKeysAndValues())).append(")\n");
    }

    private static String bytes(final long count) {
        return count < 1L << 30
                ? String.format(Locale.ROOT, "%.1f MiB", count / 1048576.0)
                : String.format(Locale.ROOT, "%.1f GiB", count / 1073741824.0);
    }

    private JudgeConfig config(final String model) {
        final Preset.Expected expected = settings.preset().expected();
        if (expected != null && !Files.isDirectory(Path.of(model)) && !model.equals(JudgeFolder.JUDGE_TINY)) {
            return JudgeConfig.of(expected.config());
        }
        return JudgeFolder.config(model);
    }
}
