package org.mtrljudge.tasks.source;

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
public final class FormatPrompt {
    private static final String KEY = "data.format_prompt";
    private static final Pattern CONTENT = Pattern.compile("\\{\\{-?\\s*content\\s*(\\|\\s*trim\\s*)?-?}}");
    private static final Pattern OTHER = Pattern.compile("\\{\\{|\\{%|\\{#|<image>");

    private final String template;

    private FormatPrompt(final String template) {
        this.template = template;
    }

    /**
     * @param text the setting
     * @throws UsageException when the text has more of Jinja than one place of the question
     */
    public static FormatPrompt of(final String text) {
        final String rest = CONTENT.matcher(text).replaceAll("");
        if (CONTENT.matcher(text).results().count() > 1 || OTHER.matcher(rest).find()) {
            throw new UsageException(
                    "wrong setting: " + KEY + " may contain text and one {{ content }}, nothing else of a"
                            + " template, and no <image>: " + text);
        }
        return new FormatPrompt(text);
    }

    /** The same for a setting without a value: questions stay as they are. */
    public static String fill(final @Nullable String setting, final String question) {
        return setting == null ? question : of(setting).fill(question);
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
        return setting == null ? plain : new Formatted(plain, of(setting));
    }

    private static final class Formatted extends SourceView {
        private final FormatPrompt format;

        Formatted(final ExampleSource plain, final FormatPrompt format) {
            super(plain);
            this.format = format;
        }

        @Override
        public List<String> turns() {
            return all.turns();
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            final JudgeExample example = super.example(task, split, index);
            return example.withPrompt(format.fill(example.prompt()));
        }
    }
}
