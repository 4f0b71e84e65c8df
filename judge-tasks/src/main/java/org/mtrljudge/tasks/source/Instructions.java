package org.mtrljudge.tasks.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.VerdictReading;

/** How every question is asked, and how the verdict is found in the answer: the same for all tasks, or as a task has it. */
public final class Instructions {
    private final How common;
    private final Map<String, How> byTask = new TreeMap<>();

    private record How(@Nullable String system, @Nullable FormatPrompt format, VerdictReading reading) {
        JudgeExample ask(final JudgeExample example) {
            final String prompt =
                    format == null ? example.prompt() : format.fill(example.prompt(), example.verdictType());
            return example.asked(system, prompt, reading);
        }
    }

    /** The keys of a task under {@code data.per_task}. What is not said is as for all tasks; null is none. */
    private record ForTask(
            @Nullable String systemPrompt,
            @Nullable String formatPrompt,
            @Nullable ObjectNode verdict) {}

    /**
     * @param formatPrompt see {@link FormatPrompt}; null: the questions stay as they are
     * @throws UsageException that names the setting that is wrong
     */
    Instructions(
            final @Nullable String systemPrompt,
            final @Nullable String formatPrompt,
            final VerdictReading verdict,
            final Map<String, JsonNode> perTask) {
        common = new How(systemPrompt, format(formatPrompt), verdict);
        perTask.forEach((task, keys) -> byTask.put(task, of(task, keys)));
    }

    private static @Nullable FormatPrompt format(final @Nullable String setting) {
        return setting == null ? null : FormatPrompt.of(setting);
    }

    private How of(final String task, final JsonNode keys) {
        final String where = "wrong setting: data.per_task." + task + ": ";
        try {
            final ForTask said = Mappers.YAML.treeToValue(keys, ForTask.class);
            if (said == null) {
                throw new UsageException(where + "it has no keys");
            }
            final ObjectNode reading = Mappers.JSON.valueToTree(common.reading);
            if (said.verdict != null) {
                reading.setAll(said.verdict);
            }
            return new How(
                    keys.has("system_prompt") ? said.systemPrompt : common.system,
                    keys.has("format_prompt") ? format(said.formatPrompt) : common.format,
                    VerdictReading.ofJson(reading.toString()));
        } catch (final JsonProcessingException e) {
            throw new UsageException(where + e.getOriginalMessage().split("\n")[0]);
        } catch (final IllegalArgumentException e) {
            throw new UsageException(where + e.getMessage());
        }
    }

    /** The example as the judge is asked it. */
    public JudgeExample ask(final JudgeExample example) {
        return byTask.getOrDefault(example.task(), common).ask(example);
    }

    /**
     * The same examples, as the judge is asked them.
     *
     * @throws UsageException when a task that is named does not exist
     */
    ExampleSource put(final ExampleSource plain) {
        for (final String task : byTask.keySet()) {
            if (!plain.tasks(Split.TRAIN).contains(task)
                    && !plain.tasks(Split.TEST).contains(task)) {
                throw new UsageException("wrong setting: data.per_task names the task " + task + ", but the data has "
                        + plain.tasks(Split.TEST));
            }
        }
        return new Asked(plain, this);
    }

    private static final class Asked extends SourceView {
        private final Instructions instructions;

        Asked(final ExampleSource plain, final Instructions instructions) {
            super(plain);
            this.instructions = instructions;
        }

        @Override
        public List<String> turns() {
            return all.turns();
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            return instructions.ask(super.example(task, split, index));
        }
    }
}
