package org.mtrljudge.tasks.verdict;

import org.jspecify.annotations.Nullable;

/**
 * Finds the verdict in what a judge wrote, in time linear in the text. A verdict is the content of the only answer element, outside the
 * thoughts. A second answer element anywhere, also inside the thoughts, means that there is no verdict, unless the last one counts.
 */
public final class VerdictParser {
    private static final String THINK = "<think>";
    private static final String THINK_END = "</think>";

    private final VerdictReading reading;
    private final String text;
    /** Where the thoughts are: their tags begin here; −1 where there is not exactly one. */
    private final int think;

    private final int thinkEnd;
    /** The content of the answer, with its tags around it if it has any. */
    private final @Nullable Span answer;

    /** Characters of a text from start to before end. */
    public record Span(int start, int end) {}

    private VerdictParser(final String text, final VerdictReading reading) {
        this.reading = reading;
        this.text = text;
        this.think = only(THINK);
        this.thinkEnd = only(THINK_END);
        this.answer = answer();
    }

    /** Parses a completion that was read as the paper reads it. */
    public static ParsedVerdict parse(final String text, final VerdictType type) {
        return parse(text, type, VerdictReading.STRICT);
    }

    public static ParsedVerdict parse(final String text, final VerdictType type, final VerdictReading reading) {
        return new VerdictParser(text, reading).parsed(type);
    }

    /** Where the verdict stands in a text; null where it has none. */
    public static @Nullable Span place(final String text, final VerdictType type, final VerdictReading reading) {
        final VerdictParser parser = new VerdictParser(text, reading);
        final VerdictReading.Found found = parser.found(type);
        return found == null ? null : new Span(found.start(), found.end());
    }

    private ParsedVerdict parsed(final VerdictType type) {
        final String tag = reading.answerTag();
        final VerdictReading.Found found = found(type);
        final String verdict = found == null ? null : found.verdict();
        if (answer == null) {
            return new ParsedVerdict(false, null, "not exactly one <" + tag + ">…</" + tag + ">");
        }
        if (reading.wantsThoughts() && (think < 0 || thinkEnd < think || hasThoughtsAfter())) {
            // an answer inside an unclosed thought is not a verdict
            return new ParsedVerdict(
                    false, verdict, "not exactly one " + THINK + "…" + THINK_END + " before the answer");
        }
        if (reading.wantsThoughts()
                && text.substring(think + THINK.length(), thinkEnd).isBlank()) {
            return new ParsedVerdict(false, verdict, "the reasoning is empty");
        }
        if (!isBare()) {
            return new ParsedVerdict(false, verdict, "text outside the tags");
        }
        return verdict == null
                ? new ParsedVerdict(false, null, "the answer is not " + type.allowed())
                : new ParsedVerdict(true, verdict, null);
    }

    private VerdictReading.@Nullable Found found(final VerdictType type) {
        if (answer == null || hasThoughtsAfter() || last(THINK, think) > last(THINK_END, thinkEnd)) {
            return null;
        }
        return reading.find(text, answer.start, answer.end, type);
    }

    private boolean hasThoughtsAfter() {
        return answer != null && (text.indexOf(THINK, answer.start) >= 0 || text.indexOf(THINK_END, answer.start) >= 0);
    }

    /** Whether nothing stands outside the tags. */
    private boolean isBare() {
        final String tag = reading.answerTag();
        final int from = reading.wantsThoughts() ? thinkEnd + THINK_END.length() : 0;
        final boolean startsWithThoughts =
                !reading.wantsThoughts() || text.substring(0, think).isBlank();
        if (tag == null || answer == null) {
            return startsWithThoughts;
        }
        final int open = answer.start - tag.length() - 2;
        final int close = answer.end + tag.length() + 3;
        return startsWithThoughts
                && open >= from
                && text.substring(from, open).isBlank()
                && text.substring(close).isBlank();
    }

    private @Nullable Span answer() {
        final String tag = reading.answerTag();
        if (tag == null) {
            final int thoughts = text.lastIndexOf(THINK_END);
            return new Span(thoughts < 0 ? 0 : thoughts + THINK_END.length(), text.length());
        }
        final String open = "<" + tag + ">";
        final String close = "</" + tag + ">";
        final int start = reading.last() ? text.lastIndexOf(open) : only(open);
        final int end = reading.last() ? text.lastIndexOf(close) : only(close);
        return start < 0 || end < start ? null : new Span(start + open.length(), end);
    }

    /** The last index of a tag; a tag that occurs once is not sought again. */
    private int last(final String tag, final int only) {
        return only >= 0 ? only : text.lastIndexOf(tag);
    }

    /** The index of the tag; −1 when the tag is absent or occurs more than once. */
    private int only(final String tag) {
        final int first = text.indexOf(tag);
        return first >= 0 && text.indexOf(tag, first + 1) < 0 ? first : -1;
    }
}
