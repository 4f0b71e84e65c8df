package org.mtrljudge.tasks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The prompt of a task: a resource {@code prompts/TASK.txt} with the placeholders {@code <image>} and {@code {text}}. */
public final class PromptTemplate {
    private static final Pattern LABELS = Pattern.compile("Answer (\\w+) or (\\w+)\\.$");
    private final String template;

    private PromptTemplate(final String template) {
        this.template = template;
    }

    public static PromptTemplate resource(final String task) {
        final String name = "/prompts/" + task + ".txt";
        try (InputStream in = PromptTemplate.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "no prompt template for task '" + task + "' (resource " + name + ")");
            }
            return new PromptTemplate(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (final IOException e) {
            throw new UncheckedIOException("reading " + name + " failed", e);
        }
    }

    public String fill(final String text) {
        return template.replace("{text}", text);
    }

    /** The verdicts that the prompt asks for. Templates end with "Answer A or B." */
    public List<String> labels() {
        final Matcher asked = LABELS.matcher(template);
        if (!asked.find()) {
            throw new IllegalStateException("the prompt does not end with 'Answer A or B.': " + template);
        }
        return List.of(asked.group(1), asked.group(2));
    }
}
