package org.mtrljudge.tasks.source;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Says how to answer: the text that is put to every question, {@code data.format_prompt}. A text with {@code {{ content }}} is a template,
 * as in EasyR1, and the question takes that place. Any other text stands below the question. {@code {{ labels }}} is replaced by what a
 * verdict of the task may be.
 */
final class FormatPrompt {
    private static final String KEY = "data.format_prompt";
    private static final Pattern CONTENT = Pattern.compile("\\{\\{-?\\s*content\\s*(\\|\\s*trim\\s*)?-?}}");
    private static final Pattern LABELS = Pattern.compile("\\{\\{-?\\s*labels\\s*-?}}");
    private static final Pattern OTHER = Pattern.compile("\\{\\{|\\{%|\\{#|<image>");

    private final String template;

    private FormatPrompt(final String template) {
        this.template = template;
    }

    /**
     * @param text the setting
     * @throws UsageException when the text has more of Jinja than one place of the question and places of the labels
     */
    static FormatPrompt of(final String text) {
        final String rest = LABELS.matcher(CONTENT.matcher(text).replaceAll("")).replaceAll("");
        if (CONTENT.matcher(text).results().count() > 1 || OTHER.matcher(rest).find()) {
            throw new UsageException("wrong setting: " + KEY
                    + " may contain text, one {{ content }} and {{ labels }}, nothing else of a"
                    + " template, and no <image>: " + text);
        }
        return new FormatPrompt(text);
    }

    /** The prompt of a question. */
    String fill(final String question, final VerdictType type) {
        final String how = LABELS.matcher(template).replaceAll(Matcher.quoteReplacement(choices(type)));
        final Matcher content = CONTENT.matcher(how);
        return content.find()
                ? content.replaceAll(Matcher.quoteReplacement(question.strip()))
                : question.stripTrailing() + "\n" + how;
    }

    /** The labels as in a sentence: "a, b or c". */
    private static String choices(final VerdictType type) {
        final List<String> labels = type instanceof Label || type instanceof Pair ? type.labels() : List.of();
        final int last = labels.size() - 1;
        return last < 1 ? type.allowed() : String.join(", ", labels.subList(0, last)) + " or " + labels.get(last);
    }
}
