package org.mtrljudge.standalone.run;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.Devices;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/** What a run reads and what it needs, before it runs: examples, lengths of prompts, memory, and the settings that would need less. */
public final class TrainingPlan {
    private static final double GIB = 1L << 30;

    private final RunSettings settings;
    private final ExampleSource source;
    private final Map<Split, PromptSample> samples = new EnumMap<>(Split.class);

    public TrainingPlan(final RunSettings settings, final ExampleSource source) {
        this.settings = settings;
        this.source = source;
        final JudgeFolder folder = JudgeFolder.named(settings.model())
                .within(settings.learning().limits().ofPictures());
        try (PromptLength measure = new PromptLength(folder)) {
            for (final Split split : Split.values()) {
                samples.put(split, PromptSample.of(source, split, measure));
            }
        }
    }

    public String toText() {
        return examples() + prompts() + memory();
    }

    private String examples() {
        final Set<String> tasks = new TreeSet<>();
        for (final Split split : Split.values()) {
            tasks.addAll(source.tasks(split));
        }
        final StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%-24s %12s %12s %12s%n", "examples", "train", "validation", "test"));
        for (final String task : tasks) {
            text.append(String.format(Locale.ROOT, "  %-22s", task));
            for (final Split split : Split.values()) {
                text.append(String.format(
                        Locale.ROOT, " %,12d", source.tasks(split).contains(task) ? source.size(task, split) : 0));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private String prompts() {
        final StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%-24s %8s %8s %8s %8s %8s %8s%n",
                "tokens of a prompt",
                "measured",
                "shortest",
                "median",
                "90 %",
                "99 %",
                "longest"));
        samples.forEach((split, sample) -> text.append(String.format(
                Locale.ROOT,
                "  %-22s %,8d %,8d %,8d %,8d %,8d %,8d%n",
                split.lowerName(),
                sample.lengths().length,
                sample.quantile(0),
                sample.quantile(0.5),
                sample.quantile(0.9),
                sample.quantile(0.99),
                sample.longest())));
        samples.forEach((split, sample) -> text.append(remarks(split, sample)));
        return text.toString();
    }

    private String remarks(final Split split, final PromptSample sample) {
        String text = "";
        if (sample.problem() != null) {
            text += String.format(
                    Locale.ROOT,
                    "  %d prompts of the split %s cannot be read and would count as dead; the first is %s%n",
                    sample.unreadable(),
                    split.lowerName(),
                    sample.problem());
        }
        final Integer limit = settings.learning().limits().maxPromptLength();
        if (limit != null && sample.over(limit) > 0) {
            text += String.format(
                    Locale.ROOT,
                    "  %.1f %% of the split %s are longer than data.max_prompt_length %,d and are %s%n",
                    100.0 * sample.over(limit) / sample.lengths().length,
                    split.lowerName(),
                    limit,
                    settings.learner().data().filterOverlongPrompts() ? "left out" : "dead letters");
        }
        return text;
    }

    /** The longest prompt that is asked. */
    private int longestPrompt() {
        final int longest =
                samples.values().stream().mapToInt(PromptSample::longest).max().orElse(0);
        final Integer limit = settings.learning().limits().maxPromptLength();
        return limit == null ? longest : Math.min(limit, longest);
    }

    private String memory() {
        final RunMemory memory = memory(settings);
        final long group = longestPrompt()
                + (long) settings.learner().rollout().n()
                        * (settings.learner().data().maxResponseLength() - 1);
        final int actors =
                settings.actors().generatesHere() ? settings.rollout().actors() : 0;
        final long needed = needed(memory);
        final StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%nthe longest group: %,d tokens of a prompt and %d completions of %,d: %,d positions%n",
                longestPrompt(),
                settings.learner().rollout().n(),
                settings.learner().data().maxResponseLength(),
                group));
        line(text, memory.actor(), "an actor" + (actors == 1 ? "" : ", of " + actors + " in this process"));
        line(text, memory.learner(), "the learner, in forwards of " + memory.positions() + " positions");
        final OptionalLong there = Devices.memoryBytes(settings.modelOptions().device());
        there.ifPresent(bytes -> line(text, bytes, "memory of the device"));
        if (there.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT, "The memory of the device is not known; the run needs %.2f GiB.%n", needed / GIB));
        } else if (needed <= there.getAsLong()) {
            text.append(String.format(Locale.ROOT, "It fits: %.2f GiB together.%n", needed / GIB));
        } else {
            text.append(String.format(
                    Locale.ROOT, "It does not fit: %.2f GiB together. What would need less:%n", needed / GIB));
            lighter()
                    .forEach((pair, bytes) ->
                            text.append(String.format(Locale.ROOT, "  --set %-52s %8.2f GiB%n", pair, bytes / GIB)));
        }
        return text.append("JVM, allocators and vision tower come on top; docs/models.md says how much was measured.\n")
                .toString();
    }

    private static void line(final StringBuilder text, final long bytes, final String what) {
        text.append(String.format(Locale.ROOT, "%10.2f GiB  %s%n", bytes / GIB, what));
    }

    private RunMemory memory(final RunSettings of) {
        final JudgeFolder folder = JudgeFolder.named(of.model());
        return RunMemory.of(of, folder.config(), folder.resolved(of.modelOptions()), longestPrompt());
    }

    private long needed(final RunMemory memory) {
        return memory.learner()
                + (settings.actors().generatesHere() ? settings.rollout().actors() * memory.actor() : 0);
    }

    /** Single changes with the memory that the run would need with each, the most effective first. */
    private Map<String, Long> lighter() {
        final ModelOptions held = JudgeFolder.named(settings.model()).resolved(settings.modelOptions());
        final List<String> pairs = new ArrayList<>();
        if (held.lora() == null) {
            pairs.add("actor.model.lora.rank=64");
        }
        if (held.dtype() == WeightType.F32) {
            pairs.add("actor.model.dtype=bfloat16");
        }
        if (!held.gradientCheckpointing()) {
            pairs.add("actor.model.enable_gradient_checkpointing=true");
        }
        addHalf(pairs, "rollout.max_prompts", settings.rollout().maxPrompts(), 1);
        addHalf(pairs, "rollout.max_batched_tokens", settings.rollout().maxBatchedTokens(), 1);
        addHalf(pairs, "rollout.n", settings.learner().rollout().n(), 2);
        addHalf(pairs, "data.max_response_length", settings.learner().data().maxResponseLength(), 1);
        addHalf(
                pairs,
                "actor.max_tokens_per_micro_batch",
                settings.learner().actor().maxTokensPerMicroBatch(),
                1);
        final Map<String, Long> found = new LinkedHashMap<>();
        final long now = needed(memory(settings));
        pairs.stream()
                .map(pair -> Map.entry(pair, needed(memory(settings.with(pair)))))
                .filter(change -> change.getValue() < now)
                .sorted(Map.Entry.comparingByValue())
                .forEach(change -> found.put(change.getKey(), change.getValue()));
        return found;
    }

    private static void addHalf(final List<String> pairs, final String key, final int value, final int least) {
        if (value / 2 >= least) {
            pairs.add(key + "=" + value / 2);
        }
    }
}
