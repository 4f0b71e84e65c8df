package org.mtrljudge.reward.http;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Entries;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.settings.Check;

/**
 * How a generative judge is asked about a completion.
 *
 * @param prompt what the judge is asked, with {@code {{ question }}}, {@code {{ answer }}}, {@code {{ reference }}} and
 *     {@code {{ criterion }}}
 * @param pattern regular expression (RE2, any case) that finds the score in what the judge says: the first group of its last match
 * @param min the smallest score that is one: what a judge says may have other numbers in it
 * @param max the largest score that is one
 * @param samples how often the judge is asked
 * @param aggregate mean or majority of the samples; of values that are equally frequent the smallest
 * @param temperature with which the judge samples
 * @param maxTokens the length of what it says
 * @param images whether it sees the pictures
 * @param criteria a rubric: each criterion is asked, and the score is their weighted mean; empty: the prompt is asked once
 */
record JudgeSettings(
        String prompt,
        String pattern,
        double min,
        double max,
        int samples,
        Aggregate aggregate,
        double temperature,
        int maxTokens,
        boolean images,
        List<Criterion> criteria) {
    private static final String PROMPT =
            "You are asked to grade an answer.\n\nQuestion:\n{{ question }}\n\nRight verdict: {{ reference }}\n\n"
                    + "Answer:\n{{ answer }}\n\n{{ criterion }}End with a line \"Score: N\", where N is from 1 (bad) to 5 (good).";
    private static final String PATTERN = "score\\W*:\\W*([0-9.]+)";

    /** What every score has besides its criteria. */
    private static final Set<String> OTHERS = Set.of("score", "accuracy", "format", "graded");

    /** The settings as they are written. */
    record Entry(
            @Nullable String prompt,
            @Nullable String pattern,
            @Nullable Double min,
            @Nullable Double max,
            @Nullable Integer samples,
            @Nullable String aggregate,
            @Nullable Double temperature,
            @Nullable Integer maxTokens,
            @Nullable Boolean images,
            @Nullable List<Criterion> criteria) {
        static final Entry EMPTY = new Entry(null, null, null, null, null, null, null, null, null, null);
    }

    /** How several samples become one score. */
    enum Aggregate {
        MEAN,
        MAJORITY
    }

    /**
     * One criterion of a rubric.
     *
     * @param name the component with its score
     * @param question what the prompt says in the place of {@code {{ criterion }}}
     */
    record Criterion(String name, String question, @Nullable Double weight) {
        Criterion {
            Objects.requireNonNull(name, "a criterion has no name");
            Objects.requireNonNull(question, "a criterion has no question");
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new IllegalArgumentException("the name of a criterion is '" + name
                        + "': it is a component, so it has letters, digits and _ alone");
            }
        }

        double share() {
            return weight == null ? 1 : weight;
        }
    }

    JudgeSettings {
        Check.range("samples", samples, 1, 64);
        Check.range("temperature", temperature, 0, 10);
        Check.range("max_tokens", maxTokens, 1, 1_000_000);
        if (Pattern.compile(pattern).groupCount() < 1) {
            throw new IllegalArgumentException("pattern has no group with the score: " + pattern);
        }
        if (!(min < max)) {
            throw new IllegalArgumentException("min is " + min + " and max is " + max + ": min has to be smaller");
        }
        final Set<String> names = new HashSet<>(OTHERS);
        for (final Criterion criterion : criteria) {
            if (!names.add(criterion.name)) {
                throw new IllegalArgumentException(
                        "two components would be called '" + criterion.name + "': name the criterion otherwise");
            }
        }
        if (criteria.stream().anyMatch(criterion -> !(criterion.share() > 0) || Double.isInfinite(criterion.share()))) {
            throw new IllegalArgumentException("the weight of a criterion has to be above 0");
        }
        if (samples * Math.max(1, criteria.size()) > TaskReward.MAX_QUESTIONS) {
            throw new IllegalArgumentException(
                    samples + " samples of " + criteria.size() + " criteria are too many: what is said to at most "
                            + TaskReward.MAX_QUESTIONS + " questions is kept");
        }
        if (samples > 1 && temperature == 0) {
            throw new IllegalArgumentException(
                    "samples " + samples + " need a temperature above 0: they would be equal");
        }
    }

    /** @throws IllegalArgumentException that names the key */
    static JudgeSettings of(final Entry entry) {
        try {
            return new JudgeSettings(
                    Objects.requireNonNullElse(entry.prompt, PROMPT),
                    Objects.requireNonNullElse(entry.pattern, PATTERN),
                    Objects.requireNonNullElse(entry.min, 1.0),
                    Objects.requireNonNullElse(entry.max, 5.0),
                    Objects.requireNonNullElse(entry.samples, 1),
                    entry.aggregate == null
                            ? Aggregate.MEAN
                            : Entries.oneOf("aggregate", entry.aggregate, Aggregate.class),
                    Objects.requireNonNullElse(entry.temperature, 0.0),
                    Objects.requireNonNullElse(entry.maxTokens, 1024),
                    Objects.requireNonNullElse(entry.images, true),
                    Objects.requireNonNullElse(entry.criteria, List.of()));
        } catch (final PatternSyntaxException e) {
            throw new IllegalArgumentException("pattern is no regular expression: " + e.getMessage(), e);
        }
    }
}
