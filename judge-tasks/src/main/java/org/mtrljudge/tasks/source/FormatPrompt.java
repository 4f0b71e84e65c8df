package org.mtrljudge.tasks.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * Says how to answer: the text that is put to every question, {@code data.format_prompt}. A text with {@code {{ content }}} is a template,
 * as in EasyR1, and the question takes that place. Any other text stands below the question.
 */
final class FormatPrompt {
    private static final String KEY = "data.format_prompt";
    private static final Pattern FILE = Pattern.compile("\\S+\\.(jinja|txt)");
    private static final Pattern CONTENT = Pattern.compile("\\{\\{-?\\s*content\\s*(\\|\\s*trim\\s*)?-?}}");
    private static final int MAX_BYTES = 64 << 10;

    private final String template;

    private FormatPrompt(final String template) {
        this.template = template;
    }

    /**
     * @param setting a text, or the name of a file that ends with {@code .jinja} or {@code .txt}
     * @throws UsageException when the file cannot be read, or the text has more of Jinja than the place of the question
     */
    static FormatPrompt of(final String setting) {
        final String text = (FILE.matcher(setting).matches() ? read(Path.of(setting)) : setting).strip();
        final String rest = CONTENT.matcher(text).replaceAll("");
        if (rest.contains("{{") || rest.contains("{%") || rest.contains("<image>")) {
            throw new UsageException("wrong setting: " + KEY + " may contain {{ content }} and text, nothing else of a"
                    + " template, and no <image>: " + text);
        }
        return new FormatPrompt(text);
    }

    private static String read(final Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new UsageException(
                        "wrong setting: " + KEY + " is " + file + ", which is larger than " + MAX_BYTES + " bytes");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new UsageException("wrong setting: " + KEY + " is " + file + ", which cannot be read: " + e);
        }
    }

    /** The prompt of a question. */
    String fill(final String question) {
        final Matcher content = CONTENT.matcher(template);
        return content.find()
                ? content.replaceAll(Matcher.quoteReplacement(question.strip()))
                : question.stripTrailing() + "\n" + template;
    }

    /** The same examples with this text in their prompts; the examples themselves where the setting has no value. */
    static ExampleSource put(final @Nullable String setting, final ExampleSource plain) {
        return setting == null || setting.isBlank() ? plain : new Formatted(plain, of(setting));
    }

    private record Formatted(ExampleSource plain, FormatPrompt format) implements ExampleSource {
        @Override
        public List<String> tasks(final Split split) {
            return plain.tasks(split);
        }

        @Override
        public List<String> turns() {
            return plain.turns();
        }

        @Override
        public int size(final String task, final Split split) {
            return plain.size(task, split);
        }

        @Override
        public int otherOrder(final String task, final Split split, final int index) {
            return plain.otherOrder(task, split, index);
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            final JudgeExample example = plain.example(task, split, index);
            return example.withPrompt(format.fill(example.prompt()));
        }
    }
}
