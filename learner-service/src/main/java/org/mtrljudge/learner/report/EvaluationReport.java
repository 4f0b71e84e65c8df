package org.mtrljudge.learner.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.tasks.metrics.Calibration;
import org.mtrljudge.tasks.metrics.Correlation;
import org.mtrljudge.tasks.metrics.PairScores;
import org.mtrljudge.tasks.metrics.TaskScores;
import org.mtrljudge.tasks.metrics.Verdict;
import org.mtrljudge.tasks.verdict.LabelValues;
import org.mtrljudge.tasks.verdict.Score;

/** The statistics of one model's judgements, by task. The verdict of a prompt is the verdict of most of its samples. */
public final class EvaluationReport {
    /**
     * The statistics of one task.
     *
     * @param formatRate the share of samples in the wanted format, 0..1
     * @param agreement the mean share of a prompt's samples with the most frequent verdict; 1 with one sample
     * @param calibration of the verdicts of all samples; null where none has a probability
     * @param pairs null where no question was asked in both orders
     * @param graded the number of prompts that people graded
     * @param humans the correlation of the judge's grades with the grades of people, of scores without such grades with the right scores; over the prompts with a verdict; null where
     *     these are fewer than two
     */
    public record Task(
            String name,
            int prompts,
            int samples,
            int unprocessed,
            TaskScores scores,
            double formatRate,
            double agreement,
            @Nullable Calibration calibration,
            @Nullable PairScores pairs,
            int graded,
            @Nullable Correlation humans) {}

    private static final String YES = "yes";

    private final List<Task> tasks = new ArrayList<>();
    private final double wallSeconds;
    private final double generateSeconds;
    private final int actors;

    /**
     * @param wallSeconds the time from the first prompt to the last answer
     * @param actors the number of actors that generated in parallel
     */
    public EvaluationReport(final List<Judgement> judgements, final double wallSeconds, final int actors) {
        final Map<String, List<Judgement>> byTask = new LinkedHashMap<>();
        judgements.forEach(
                j -> byTask.computeIfAbsent(j.task(), t -> new ArrayList<>()).add(j));
        byTask.forEach((task, own) -> tasks.add(task(task, own)));
        this.wallSeconds = wallSeconds;
        this.generateSeconds =
                judgements.stream().mapToDouble(Judgement::generateMs).sum() / 1000;
        this.actors = actors;
    }

    public List<Task> tasks() {
        return List.copyOf(tasks);
    }

    private static Task task(final String name, final List<Judgement> own) {
        final int samples = own.stream().mapToInt(j -> j.verdicts().size()).sum();
        final int wellFormed = own.stream().mapToInt(Judgement::wellFormed).sum();
        return new Task(
                name,
                own.size(),
                samples,
                (int) own.stream().filter(j -> j.verdicts().isEmpty()).count(),
                TaskScores.of(
                        own.stream().map(EvaluationReport::verdict).toList(),
                        own.get(0).verdictType()),
                samples == 0 ? 0 : (double) wellFormed / samples,
                own.stream()
                        .mapToDouble(j -> Verdict.agreement(Verdict.labels(j.verdicts(), j.verdictType())))
                        .average()
                        .orElse(0),
                calibration(own),
                pairs(own),
                (int) own.stream().filter(j -> j.grade() != null).count(),
                humans(own));
    }

    private static Verdict verdict(final Judgement judgement) {
        return new Verdict(
                judgement.verdictType().label(judgement.label()),
                Verdict.of(judgement.verdicts(), judgement.verdictType()),
                judgement.pairId());
    }

    private static @Nullable Calibration calibration(final List<Judgement> own) {
        final List<Double> probabilities = new ArrayList<>();
        final List<Boolean> right = new ArrayList<>();
        for (final Judgement judgement : own) {
            for (int i = 0; i < judgement.probabilities().size(); i++) {
                final Double probability = judgement.probabilities().get(i);
                final String verdict = judgement.verdicts().get(i);
                if (probability != null && verdict != null) {
                    probabilities.add(probability);
                    right.add(judgement.isRight(verdict));
                }
            }
        }
        final boolean[] all = new boolean[right.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = right.get(i);
        }
        return probabilities.isEmpty()
                ? null
                : Calibration.of(probabilities.stream().mapToDouble(p -> p).toArray(), all);
    }

    private static @Nullable PairScores pairs(final List<Judgement> own) {
        if (own.get(0).verdictType().labels().isEmpty()) {
            // a score or an order names no position
            return null;
        }
        final Map<String, List<Judgement>> byPair = new LinkedHashMap<>();
        own.forEach(j -> {
            if (j.pairId() != null) {
                byPair.computeIfAbsent(j.pairId(), p -> new ArrayList<>()).add(j);
            }
        });
        final List<PairScores.BothOrders> pairs = byPair.values().stream()
                .filter(orders -> orders.size() == 2)
                .map(orders -> new PairScores.BothOrders(
                        verdict(orders.get(0)),
                        verdict(orders.get(1)),
                        orders.get(0).verdictType()))
                .toList();
        return pairs.isEmpty() ? null : PairScores.of(pairs);
    }

    /**
     * The correlation of the judge's grades with the grades of people. The grade of a judge is the mean of its numbers, or the share of its
     * samples that say yes. Prompts without a verdict are left out, and only data with human grades has this statistic.
     */
    private static @Nullable Correlation humans(final List<Judgement> own) {
        final List<double[]> graded = new ArrayList<>();
        for (final Judgement judgement : own) {
            final OptionalDouble grade = grade(judgement);
            final Double people = gradeOfPeople(judgement);
            if (people != null && grade.isPresent()) {
                graded.add(new double[] {grade.getAsDouble(), people});
            }
        }
        return graded.size() < 2
                ? null
                : Correlation.of(
                        graded.stream().mapToDouble(pair -> pair[0]).toArray(),
                        graded.stream().mapToDouble(pair -> pair[1]).toArray());
    }

    /** Where the data has no grade, the right score is one. */
    private static @Nullable Double gradeOfPeople(final Judgement judgement) {
        final boolean isScore = judgement.grade() == null && judgement.verdictType() instanceof Score;
        return isScore ? Double.valueOf(judgement.label()) : judgement.grade();
    }

    private static OptionalDouble grade(final Judgement judgement) {
        if (judgement.verdictType() instanceof Score score) {
            return judgement.verdicts().stream()
                    .filter(Objects::nonNull)
                    .map(score::read)
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::parseDouble)
                    .average();
        }
        final List<@Nullable String> labels = Verdict.labels(judgement.verdicts(), judgement.verdictType());
        final LabelValues values = new LabelValues(judgement.verdictType().labels());
        if (values.areNumbers()) {
            return labels.stream()
                    .map(values::of)
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)
                    .average();
        }
        return judgement.verdictType().labels().contains(YES)
                ? labels.stream()
                        .filter(Objects::nonNull)
                        .mapToDouble(verdict -> YES.equals(verdict) ? 1 : 0)
                        .average()
                : OptionalDouble.empty();
    }

    /** The share of the actors' time that was spent on generation, 0..1. */
    public double generatingShare() {
        return wallSeconds == 0 || actors == 0 ? 0 : generateSeconds / (wallSeconds * actors);
    }

    /** The content of {@code evaluation.json}. */
    public Map<String, Object> toMap() {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("tasks", tasks);
        map.put("wall_seconds", wallSeconds);
        map.put("generate_seconds", generateSeconds);
        map.put("actors", actors);
        map.put("generating_share", generatingShare());
        return map;
    }

    /** A table for people. */
    public String toTable() {
        return new EvaluationTable(tasks).toText()
                + String.format(
                        Locale.ROOT,
                        "%nFigures are in percent, with 95 %% bootstrap intervals over prompts in brackets. "
                                + "The evaluation took %.0f s; the actors generated for %.0f%% of this time.%n",
                        wallSeconds,
                        100 * generatingShare());
    }
}
