package org.mtrljudge.tasks.verdict;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;

/**
 * What a task wants to be answered. It reads verdicts, and compares them with the right one. As JSON it stands under {@code verdict} in the
 * data of the user and in the log, for example {@code {"type": "score", "min": 1, "max": 5}}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Label.class, name = "label"),
    @JsonSubTypes.Type(value = Pair.class, name = "pair"),
    @JsonSubTypes.Type(value = Score.class, name = "score"),
    @JsonSubTypes.Type(value = Ranking.class, name = "rank"),
    @JsonSubTypes.Type(value = Rubric.class, name = "rubric")
})
public sealed interface VerdictType permits Label, Pair, Score, Ranking, Rubric {
    /** The verdict in its only spelling; null when the text is no verdict of this type. */
    @Nullable
    String read(String text);

    /** The same for the right verdict, which the data names. It may say less than a judge has to. */
    default @Nullable String readReference(final String text) {
        return read(text);
    }

    /** Whether a verdict counts as right. Both are as they were read. */
    default boolean isRight(final String verdict, final String reference) {
        return verdict.equals(reference);
    }

    /** 1 for the right verdict, 0 for the one that is farthest from it. Both are as they were read. */
    double closeness(String verdict, String reference);

    /** The labels among which a verdict chooses; empty where a verdict is no choice among a few. */
    List<String> labels();

    /** The label that a verdict chooses; the verdict itself where a type has no labels. */
    default String label(final String verdict) {
        return verdict;
    }

    /** What a verdict is, for messages: "one of [yes, no]". */
    String allowed();

    default String toJson() {
        try {
            return Mappers.JSON.writerFor(VerdictType.class).writeValueAsString(this);
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException("a verdict type cannot be written as JSON", e);
        }
    }

    /** @throws IllegalArgumentException that says what is wrong with the text */
    static VerdictType ofJson(final String json) {
        return Mappers.ofJson(json, VerdictType.class);
    }
}
