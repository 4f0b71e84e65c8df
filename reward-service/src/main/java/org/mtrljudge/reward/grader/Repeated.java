package org.mtrljudge.reward.grader;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;

/**
 * Asks another grader several times about the same completions. Each component is the mean of the answers, and beside it stands how much one
 * answer differs from another.
 */
public final class Repeated implements Grader {
    /** After the name of a component: the standard deviation of its answers, divided by their number − 1. */
    public static final String DEVIATION = "_sd";

    public static final int MOST_SAMPLES = 16;

    private final Grader grader;
    private final int samples;
    private final Terms terms;

    /** @param samples the number of answers for each completion, at least 2 */
    public Repeated(final Grader grader, final int samples) {
        Check.range("samples", samples, 2, MOST_SAMPLES);
        this.grader = grader;
        this.samples = samples;
        final Terms one = grader.terms();
        final Set<String> components = new TreeSet<>(one.components());
        one.components().forEach(name -> components.add(name + DEVIATION));
        this.terms = new Terms(
                one.name(),
                components,
                one.callLimitMs(),
                // each sample is retried alone
                0,
                one.callsAtOnce(),
                one.callsPerCompletion(),
                one.measures());
    }

    @Override
    public Terms terms() {
        return terms;
    }

    public int samples() {
        return samples;
    }

    @Override
    public void open() {
        grader.open();
    }

    @Override
    public void close() {
        grader.close();
    }

    @Override
    public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        final List<List<Verification>> answers = new ArrayList<>();
        try {
            for (int sample = 0; sample < samples; sample++) {
                answers.add(new Grading(grader).verify(prompt, completions, end));
            }
        } catch (final FailedScoreException e) {
            return completions.stream()
                    .<Grade>map(completion -> new Grade.Failed(e.reason(), String.valueOf(e.getMessage())))
                    .toList();
        }
        final List<Grade> grades = new ArrayList<>();
        for (int i = 0; i < completions.size(); i++) {
            final int place = i;
            grades.add(new Grade.Given(
                    together(answers.stream().map(sample -> sample.get(place)).toList())));
        }
        return grades;
    }

    /** Whether a grader calls a component of its own as the deviation of another one is called here. */
    private static boolean isDeviation(final String name, final Set<String> names) {
        return name.endsWith(DEVIATION) && names.contains(name.substring(0, name.length() - DEVIATION.length()));
    }

    /** @param answers about one completion; a component that is called like a deviation gives way to it */
    private static Verification together(final List<Verification> answers) {
        final Verification first = answers.get(0);
        final Map<String, Double> components = new HashMap<>();
        for (final String name : first.components().keySet()) {
            if (isDeviation(name, first.components().keySet())) {
                continue;
            }
            final List<Double> values = answers.stream()
                    .map(answer -> answer.components().get(name))
                    .toList();
            // a component that not every answer has is none of the declared ones
            if (!values.contains(null)) {
                // so that the mean of equal answers is that answer, to the bit
                final double one = values.get(0);
                final double mean = one
                        + values.stream()
                                .mapToDouble(value -> value - one)
                                .average()
                                .orElseThrow();
                final double squares = values.stream()
                        .mapToDouble(value -> (value - mean) * (value - mean))
                        .sum();
                components.put(name, mean);
                components.put(name + DEVIATION, Math.sqrt(squares / (values.size() - 1)));
            }
        }
        return new Verification(
                components,
                first.verdict(),
                first.reason(),
                answers.stream().flatMap(answer -> answer.said().stream()).toList());
    }
}
