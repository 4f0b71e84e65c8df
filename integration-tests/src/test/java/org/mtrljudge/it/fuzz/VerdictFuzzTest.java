package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.LabelVerifier;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.ParsedVerdict;
import org.mtrljudge.tasks.verdict.VerdictParser;
import org.mtrljudge.tasks.verdict.VerdictReading;
import org.mtrljudge.tasks.verdict.VerdictType;

/** Whatever a model writes has one verdict or none, never an exception. */
class VerdictFuzzTest {
    private static final List<String> LABELS = List.of("A", "B", "tie");
    private static final Pattern TAG = Pattern.compile("</?(?:think|answer)>");

    @FuzzTest(maxDuration = "")
    void shouldParseWhateverAModelWrites(final byte[] bytes) {
        final var text = new String(bytes, StandardCharsets.UTF_8);
        final ParsedVerdict parsed = VerdictParser.parse(text, new Label(LABELS));
        assertThat(parsed.wellFormed()).isEqualTo(isWellFormed(text));
        assertThat(parsed.verdict()).isEqualTo(verdict(text));
        assertThat(parsed.reason() == null).isEqualTo(parsed.wellFormed());
        final var verified = new LabelVerifier().verify(new Judged("task", "B", new Label(LABELS), text, true, 9));
        assertThat(verified.verdict()).isEqualTo(parsed.verdict());
        assertThat(verified.components().values()).allMatch(value -> value >= 0 && value <= 1);
        assertThat(verified.components().get("accuracy")).isEqualTo("B".equals(parsed.verdict()) ? 1.0 : 0.0);
    }

    /** A type that is not refused reads any text, keeps what it has read, and finds it equal to itself. The type ends at the first line. */
    @FuzzTest(maxDuration = "")
    void shouldReadWithOrRefuseAnyTypeOfVerdict(final byte[] bytes) {
        final String[] parts = new String(bytes, StandardCharsets.UTF_8).split("\n", 2);
        final VerdictType type;
        try {
            type = VerdictType.ofJson(parts[0]);
        } catch (final IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(VerdictType.ofJson(type.toJson())).isEqualTo(type);
        final String verdict = type.read(parts[parts.length - 1]);
        if (verdict != null) {
            final String right = type.readReference(verdict);
            assertThat(right).isNotNull();
            assertThat(type.closeness(verdict, right)).isEqualTo(1);
            assertThat(type.isRight(verdict, right)).isTrue();
            assertThat(type.label(verdict)).isNotNull();
            assertThat(type.allowed()).isNotBlank();
        }
    }

    /** A way of reading that is not refused finds a verdict of the type in any text, or none, and says where. It ends at the first line. */
    @FuzzTest(maxDuration = "")
    void shouldFindWithOrRefuseAnyReading(final byte[] bytes) {
        final String[] parts = new String(bytes, StandardCharsets.UTF_8).split("\n", 2);
        final VerdictReading reading;
        try {
            reading = VerdictReading.ofJson(parts[0]);
        } catch (final IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(VerdictReading.ofJson(reading.toJson())).isEqualTo(reading);
        final String text = parts[parts.length - 1];
        final ParsedVerdict parsed = VerdictParser.parse(text, new Label(LABELS), reading);
        assertThat(parsed.reason() == null).isEqualTo(parsed.wellFormed());
        final VerdictParser.Span place = VerdictParser.place(text, new Label(LABELS), reading);
        assertThat(place == null).isEqualTo(parsed.verdict() == null);
        if (place != null) {
            assertThat(LABELS).contains(parsed.verdict());
            assertThat(place.start()).isBetween(0, place.end());
            assertThat(place.end()).isLessThanOrEqualTo(text.length());
        }
    }

    /** The same rules as a list of tags: slower, and easy to check by eye. */
    private static boolean isWellFormed(final String text) {
        final List<MatchResult> tags = TAG.matcher(text).results().toList();
        return names(tags).equals(List.of("<think>", "</think>", "<answer>", "</answer>"))
                && text.substring(0, tags.get(0).start()).isBlank()
                && !between(text, tags, 0).isBlank()
                && between(text, tags, 1).isBlank()
                && text.substring(tags.get(3).end()).isBlank()
                && label(between(text, tags, 2)) != null;
    }

    /** The content of the only answer, unless a tag is inside it, a thought is open before it, or any thought tag follows it. */
    private static @Nullable String verdict(final String text) {
        final List<MatchResult> tags = TAG.matcher(text).results().toList();
        final List<String> names = names(tags);
        final int answer = names.indexOf("<answer>");
        if (answer < 0
                || answer != names.lastIndexOf("<answer>")
                || names.indexOf("</answer>") != answer + 1
                || names.lastIndexOf("</answer>") != answer + 1
                || names.size() > answer + 2) {
            return null;
        }
        final boolean open = names.lastIndexOf("<think>") > names.lastIndexOf("</think>");
        return open ? null : label(between(text, tags, answer));
    }

    private static List<String> names(final List<MatchResult> tags) {
        return tags.stream().map(MatchResult::group).toList();
    }

    private static String between(final String text, final List<MatchResult> tags, final int index) {
        return text.substring(tags.get(index).end(), tags.get(index + 1).start());
    }

    private static @Nullable String label(final String content) {
        return LABELS.stream()
                .filter(content.strip()::equalsIgnoreCase)
                .findFirst()
                .orElse(null);
    }
}
