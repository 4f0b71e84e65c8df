package org.mtrljudge.tasks.verdict;

import org.jspecify.annotations.Nullable;

/**
 * Parses {@code <think>reasoning</think><answer>verdict</answer>} strictly, in time linear in the text. A verdict is the content of the
 * only answer element, outside the thoughts. A second answer element anywhere, also inside the thoughts, means that there is no verdict.
 */
public final class VerdictParser {
    private static final String THINK = "<think>";
    private static final String THINK_END = "</think>";
    private static final String ANSWER = "<answer>";
    private static final String ANSWER_END = "</answer>";

    private VerdictParser() {}

    public static ParsedVerdict parse(final String text, final VerdictType type) {
        final int answer = only(text, ANSWER);
        final int answerEnd = only(text, ANSWER_END);
        final int think = only(text, THINK);
        final int thinkEnd = only(text, THINK_END);
        final String verdict = verdict(text, type, answer, answerEnd);
        if (answer < 0 || answerEnd < answer) {
            return new ParsedVerdict(false, null, "not exactly one " + ANSWER + "…" + ANSWER_END);
        }
        final boolean thoughtsAfter = text.indexOf(THINK, answer) >= 0 || text.indexOf(THINK_END, answer) >= 0;
        if (think < 0 || thinkEnd < think || thoughtsAfter) {
            // an answer inside an unclosed thought is not a verdict
            final boolean outside = !thoughtsAfter && text.lastIndexOf(THINK) <= text.lastIndexOf(THINK_END);
            return new ParsedVerdict(
                    false,
                    outside ? verdict : null,
                    "not exactly one " + THINK + "…" + THINK_END + " before the answer");
        }
        if (text.substring(think + THINK.length(), thinkEnd).isBlank()) {
            return new ParsedVerdict(false, verdict, "the reasoning is empty");
        }
        final boolean bare = text.substring(0, think).isBlank()
                && text.substring(thinkEnd + THINK_END.length(), answer).isBlank()
                && text.substring(answerEnd + ANSWER_END.length()).isBlank();
        if (!bare) {
            return new ParsedVerdict(false, verdict, "text outside the tags");
        }
        return verdict == null
                ? new ParsedVerdict(false, null, "the answer is not " + type.allowed())
                : new ParsedVerdict(true, verdict, null);
    }

    /** Where a verdict stands in a text: its characters from start to before end. */
    public record Span(int start, int end) {}

    /** The place of the content of the only answer element; null where there is not exactly one. */
    public static @Nullable Span answer(final String text) {
        final int answer = only(text, ANSWER);
        final int end = only(text, ANSWER_END);
        return answer < 0 || end < answer ? null : new Span(answer + ANSWER.length(), end);
    }

    private static @Nullable String verdict(
            final String text, final VerdictType type, final int answer, final int answerEnd) {
        if (answer < 0 || answerEnd < answer) {
            return null;
        }
        return type.read(text.substring(answer + ANSWER.length(), answerEnd));
    }

    /** The index of the tag; −1 when the tag is absent or occurs more than once. */
    private static int only(final String text, final String tag) {
        final int first = text.indexOf(tag);
        return first >= 0 && text.indexOf(tag, first + 1) < 0 ? first : -1;
    }
}
