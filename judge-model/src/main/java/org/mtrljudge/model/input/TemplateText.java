package org.mtrljudge.model.input;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mtrljudge.model.config.ModelException;

/**
 * Rewrites a chat template so that Jinjava renders it as Jinja2 does with the options of transformers ({@code trim_blocks} and {@code
 * lstrip_blocks}). Jinjava knows no dash in front of an output, no slice with a step, and no filter in a named argument.
 */
final class TemplateText {
    // a tag ends at its first closing sign outside of a string
    private static final Pattern TAG = Pattern.compile(
            "\\{#.*?#}|\\{\\{(?:'(?:\\\\.|[^'\\\\])*+'|\"(?:\\\\.|[^\"\\\\])*+\"|(?!}})[^'\"])*+}}"
                    + "|\\{%(?:'(?:\\\\.|[^'\\\\])*+'|\"(?:\\\\.|[^\"\\\\])*+\"|(?!%})[^'\"])*+%}",
            Pattern.DOTALL);
    private static final Pattern STRING =
            Pattern.compile("'(?:\\\\.|[^'\\\\])*+'|\"(?:\\\\.|[^\"\\\\])*+\"", Pattern.DOTALL);
    // the marks of transformers around what an assistant said change no text
    private static final Pattern NO_TEXT = Pattern.compile("\\s*(end)?generation\\s*");
    private static final Pattern NAMED = Pattern.compile(STRING + "|([(,]\\s*\\w+\\s*=)(?!=)", Pattern.DOTALL);

    private final String source;
    private final StringBuilder made = new StringBuilder();
    // whether the last tag lets the text behind it begin with its first newline, or with its first visible character
    private boolean trimNewline;
    private boolean trimAll;

    private TemplateText(final String source) {
        this.source = source;
    }

    /** @throws ModelException when a tag has no end */
    static String forJinjava(final String source) {
        final String text = source.replace("\r\n", "\n").replace('\r', '\n');
        return new TemplateText(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).rewritten();
    }

    private String rewritten() {
        final Matcher tag = TAG.matcher(source);
        int end = 0;
        while (tag.find()) {
            text(source.substring(end, tag.start()), tag.group(), end);
            tag(tag.group());
            end = tag.end();
        }
        text(source.substring(end), "", end);
        return made.toString();
    }

    /** Writes the text between two tags, without the white space that the tags take. */
    private void text(final String between, final String next, final int at) {
        if (between.contains("{%") || between.contains("{{") || between.contains("{#")) {
            throw new ModelException("the chat template has a tag without an end, near '"
                    + between.substring(0, Math.min(60, between.length())) + "'");
        }
        String text = between;
        if (trimAll) {
            text = text.stripLeading();
        } else if (trimNewline && text.startsWith("\n")) {
            text = text.substring(1);
        }
        final char sign = next.length() > 2 ? next.charAt(2) : ' ';
        if (sign == '-') {
            text = text.stripTrailing();
        } else if (sign != '+' && (next.startsWith("{%") || next.startsWith("{#"))) {
            text = withoutIndent(text, between, at);
        }
        made.append(text);
    }

    /** The same without the blanks before a block, if nothing else stands before it in its line. */
    private static String withoutIndent(final String text, final String between, final int at) {
        int blanks = between.length();
        while (blanks > 0 && (between.charAt(blanks - 1) == ' ' || between.charAt(blanks - 1) == '\t')) {
            blanks--;
        }
        final boolean startsLine = blanks == 0 ? at == 0 : between.charAt(blanks - 1) == '\n';
        return startsLine ? text.substring(0, Math.max(0, text.length() - (between.length() - blanks))) : text;
    }

    private void tag(final String tag) {
        final boolean output = tag.startsWith("{{");
        final char first = tag.charAt(2);
        final char last = tag.charAt(tag.length() - 3);
        trimAll = last == '-' && tag.length() > 5;
        trimNewline = !output && last != '+';
        if (tag.startsWith("{#")) {
            return;
        }
        final int from = first == '-' || first == '+' ? 3 : 2;
        final int to = Math.max(from, tag.length() - (last == '-' || last == '+' ? 3 : 2));
        final String inner = tag.substring(from, to);
        if (!output && NO_TEXT.matcher(inner).matches()) {
            return;
        }
        made.append(tag, 0, 2)
                .append(' ')
                .append(expression(inner))
                .append(' ')
                .append(tag, tag.length() - 2, tag.length());
    }

    private static String expression(final String inner) {
        final StringBuilder made = new StringBuilder();
        final Matcher string = STRING.matcher(inner);
        int end = 0;
        while (string.find()) {
            made.append(words(inner.substring(end, string.start()))).append(string.group());
            end = string.end();
        }
        final String code = made.append(words(inner.substring(end))).toString();
        // the defaults of a macro's parameters are no arguments
        return code.strip().startsWith("macro ") ? code : bracketed(code);
    }

    private static String words(final String code) {
        return code.replaceAll("\\bTrue\\b", "true")
                .replaceAll("\\bFalse\\b", "false")
                .replaceAll("\\bNone\\b", "none")
                .replaceAll("\\[\\s*::\\s*-1\\s*]", "|reverse");
    }

    /** Puts the value of every named argument into brackets: {@code f(a=b|length - 1)} becomes {@code f(a=(b|length - 1))}. */
    private static String bracketed(final String code) {
        final Matcher named = NAMED.matcher(code);
        final StringBuilder made = new StringBuilder();
        int end = 0;
        while (named.find(end)) {
            made.append(code, end, named.end());
            end = named.end();
            if (named.group(1) != null) {
                end = endOfArgument(code, named.end());
                made.append('(')
                        .append(bracketed(code.substring(named.end(), end)))
                        .append(')');
            }
        }
        return made.append(code.substring(end)).toString();
    }

    private static int endOfArgument(final String code, final int from) {
        final Matcher string = STRING.matcher(code);
        int depth = 0;
        int i = from;
        while (i < code.length()) {
            final char c = code.charAt(i);
            if ((c == '\'' || c == '"') && string.find(i) && string.start() == i) {
                i = string.end();
                continue;
            }
            depth += c == '(' || c == '[' || c == '{' ? 1 : 0;
            if (depth == 0 && (c == ',' || c == ')')) {
                return i;
            }
            depth -= c == ')' || c == ']' || c == '}' ? 1 : 0;
            i++;
        }
        return i;
    }
}
