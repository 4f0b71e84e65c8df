package org.mtrljudge.tasks.verdict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.Required;

/**
 * How a verdict is found in what a judge writes: inside its tags, there the pattern, then without the signs around it, then in the words of
 * the task.
 *
 * @param tags what a completion consists of, in order: {@code [think, answer]}, {@code [answer]} (thoughts are not asked for),
 *     {@code [think]} (the verdict is what follows the thoughts), or none
 * @param pattern a regular expression of RE2, which finds the verdict in the answer: its first group, or the whole where it has none; null:
 *     the whole answer is the verdict
 * @param aliases other words for verdicts, in any case: {@code {"image 1": first}}
 * @param strip signs that may stand around a verdict besides spaces, for example {@code "*."}
 * @param last whether the last of several answers counts; otherwise several answers are none
 */
public record VerdictReading(
        @Required List<String> tags,
        @Nullable String pattern,
        @Required Map<String, String> aliases,
        @Required String strip,
        boolean last) {
    static final String THINK = "think";
    private static final int MAX_LENGTH = 1000;
    /** An answer with more matches of a pattern has no verdict: each of them may look at the whole answer. */
    private static final int MOST_MATCHES = 100;

    private static final String TAG = "[A-Za-z][A-Za-z0-9_-]{0,30}";

    /** The paper's: thoughts, then a verdict, exactly. */
    public static final VerdictReading STRICT = new VerdictReading(List.of(THINK, "answer"), null, Map.of(), "", false);

    public VerdictReading {
        tags = List.copyOf(tags);
        final Map<String, String> lower = new TreeMap<>();
        aliases.forEach((word, verdict) -> lower.put(word.strip().toLowerCase(Locale.ROOT), verdict));
        aliases = Map.copyOf(lower);
        final int thoughts = tags.indexOf(THINK);
        if (tags.size() > 2
                || thoughts > 0
                || tags.size() == 2 && thoughts < 0
                || !tags.stream().allMatch(tag -> tag.matches(TAG))) {
            throw new IllegalArgumentException("the tags of a verdict are " + tags
                    + "; they may be [think, answer], [answer], [think] or [], where answer may have another name");
        }
        if (pattern != null) {
            check(pattern);
        }
    }

    private static void check(final String pattern) {
        if (pattern.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the pattern of a verdict has at most " + MAX_LENGTH + " characters");
        }
        try {
            Pattern.compile(pattern);
        } catch (final PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "the pattern of a verdict, " + pattern + ", cannot be read: " + e.getMessage(), e);
        }
    }

    boolean wantsThoughts() {
        return tags.contains(THINK);
    }

    /** The tag around a verdict; null where there is none. */
    @Nullable
    String answerTag() {
        return tags.isEmpty() || tags.get(tags.size() - 1).equals(THINK) ? null : tags.get(tags.size() - 1);
    }

    /** A verdict, and where it stands: its characters from start to before end. */
    record Found(String verdict, int start, int end) {}

    /** The verdict in the part of a text that is its answer; null where there is none, or more than one. */
    @Nullable
    Found find(final String text, final int from, final int to, final VerdictType type) {
        if (pattern == null) {
            return read(text, from, to, type);
        }
        final Matcher match = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE).matcher(text.substring(from, to));
        Found found = null;
        boolean readable = false;
        int matches = 0;
        while (match.find()) {
            if (++matches > MOST_MATCHES) {
                return null;
            }
            final int group = Math.min(1, match.groupCount());
            final Found next = match.start(group) < 0
                    ? null
                    : read(text, from + match.start(group), from + match.end(group), type);
            final boolean agrees =
                    matches == 1 || readable && next != null && found != null && found.verdict.equals(next.verdict);
            found = next;
            readable = next != null && (last || agrees);
        }
        return readable ? found : null;
    }

    /** The answer of a judge that says only this verdict, as a demonstration has it. */
    public String written(final String verdict) {
        final String tag = answerTag();
        return tag == null ? verdict : "<" + tag + ">" + verdict + "</" + tag + ">";
    }

    private @Nullable Found read(final String text, final int from, final int to, final VerdictType type) {
        int start = from;
        int end = to;
        while (start < end && isAround(text.charAt(start))) {
            start++;
        }
        while (end > start && isAround(text.charAt(end - 1))) {
            end--;
        }
        final String word = text.substring(start, end);
        final String alias = aliases.get(word.toLowerCase(Locale.ROOT));
        final String verdict = type.read(alias == null ? word : alias);
        return verdict == null ? null : new Found(verdict, start, end);
    }

    private boolean isAround(final char sign) {
        return Character.isWhitespace(sign) || strip.indexOf(sign) >= 0;
    }

    /** As JSON, as it stands in the log. */
    public String toJson() {
        try {
            return Mappers.JSON.writeValueAsString(this);
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException("the reading of a verdict cannot be written as JSON", e);
        }
    }

    /** @throws IllegalArgumentException that says what is wrong with the text */
    public static VerdictReading ofJson(final String json) {
        return Mappers.ofJson(json, VerdictReading.class);
    }
}
