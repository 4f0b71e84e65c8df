package org.mtrljudge.standalone.rollouts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.tasks.published.Row;

/**
 * The rows of one dump of verl ({@code trainer.rollout_data_dir}) or TRL ({@code log_completions}): a completion per row. Rows with the same
 * step, prompt and reference are a group. A dump has no token ids and no pictures.
 */
final class PeerRows {
    private static final String STEP = "step";
    private static final String SCORE = "score";
    private static final String ADVANTAGE = "advantage";

    /** Where a peer writes the prompt, the completion and, if it does, the reference. */
    private enum Layout {
        VERL("input", "output", "gts"),
        TRL("prompt", "completion", null);

        private final String prompt;
        private final String completion;
        private final @Nullable String reference;

        Layout(final String prompt, final String completion, final @Nullable String reference) {
            this.prompt = prompt;
            this.completion = completion;
            this.reference = reference;
        }
    }

    private record Key(int step, String prompt, String reference) {}

    private final DumpReading reading;
    private final Map<Key, List<Row>> groups = new LinkedHashMap<>();

    PeerRows(final DumpReading reading) {
        this.reading = reading;
    }

    /** @throws org.mtrljudge.tasks.DataException when the row is of no known layout, or misses a column */
    void add(final Row row) {
        final Key key = new Key(step(row), String.valueOf(value(row, layout(row).prompt)), reference(row));
        groups.computeIfAbsent(key, none -> new ArrayList<>()).add(row);
    }

    private @Nullable String referenceColumn(final Row row) {
        return reading.reference() == null ? layout(row).reference : reading.reference();
    }

    /** Empty where the dump has none. */
    private String reference(final Row row) {
        if (reading.reference() != null) {
            return String.valueOf(value(row, reading.reference())).strip();
        }
        final Object value = row.values().get(String.valueOf(layout(row).reference));
        return value == null ? "" : String.valueOf(value).strip();
    }

    private static Layout layout(final Row row) {
        for (final Layout layout : Layout.values()) {
            if (row.values().keySet().containsAll(List.of(layout.prompt, layout.completion))) {
                return layout;
            }
        }
        throw row.wrong("has the columns " + new TreeSet<>(row.values().keySet())
                + ", but a dump has input and output (verl), prompt and completion (TRL), or prompt_id, prompt and"
                + " completions (./judge export rollouts)");
    }

    private static Object value(final Row row, final String column) {
        final Object value = row.values().get(column);
        if (value == null) {
            throw row.wrong("has nothing under '" + column + "'; there are "
                    + new TreeSet<>(row.values().keySet()));
        }
        return value;
    }

    private static int step(final Row row) {
        return row.values().get(STEP) instanceof Number step ? step.intValue() : 0;
    }

    /** The groups of the rows, in the order of their first rows. */
    List<DumpedGroup> groups() {
        final List<DumpedGroup> all = new ArrayList<>();
        final Set<String> rewards = rewardColumns();
        final Map<Integer, Integer> inStep = new TreeMap<>();
        groups.forEach((key, rows) -> {
            final int number = inStep.merge(key.step, 1, Integer::sum);
            all.add(group("step-" + key.step + "-" + number, key, rows, rewards));
        });
        return all;
    }

    private DumpedGroup group(final String promptId, final Key key, final List<Row> rows, final Set<String> rewards) {
        final Layout layout = layout(rows.get(0));
        final Turns prompt = turns(rows.get(0), layout.prompt);
        final List<Completion> completions = rows.stream()
                .map(row -> new Completion(
                        turns(row, layout.completion).text(),
                        PackedArrays.ofInts(new int[0]),
                        PackedArrays.ofFloats(new float[0]),
                        FinishReason.STOP,
                        null))
                .toList();
        final PromptRequest request = new PromptRequest(
                promptId,
                reading.task(),
                prompt.text(),
                List.of(),
                key.reference,
                List.of(key.reference),
                completions.size(),
                new Sampling(1.0, 1.0, 1, 0L),
                Purpose.TRAIN,
                0,
                null,
                null,
                prompt.system(),
                null);
        final RolloutGroup rollout = new RolloutGroup(
                request, key.step, "", layout.name().toLowerCase(Locale.ROOT), completions, 0L, 0.0, null);
        return new DumpedGroup(rollout, rollout.getActorId(), 1, scores(rows, rewards));
    }

    private static Turns turns(final Row row, final String column) {
        try {
            return Turns.of(value(row, column));
        } catch (final IllegalArgumentException e) {
            throw row.wrong("has under '" + column + "' " + e.getMessage());
        }
    }

    /** Empty where a completion has no reward: a group counts as a whole or not at all. */
    private List<CompletionScore> scores(final List<Row> rows, final Set<String> columns) {
        final List<Map<String, Double>> numbers =
                rows.stream().map(this::numbers).toList();
        if (columns.isEmpty() || !numbers.stream().allMatch(row -> row.keySet().containsAll(columns))) {
            return List.of();
        }
        final double[] totals = numbers.stream()
                .mapToDouble(row -> columns.stream().mapToDouble(row::get).sum())
                .toArray();
        final double[] advantages = advantages(rows, totals);
        final List<CompletionScore> scores = new ArrayList<>();
        for (int i = 0; i < totals.length; i++) {
            scores.add(new CompletionScore(numbers.get(i), totals[i], advantages[i], null, null, null));
        }
        return scores;
    }

    /** The columns whose sum is the reward: all that a row of the dump has, so that one that a row misses is missed. */
    private Set<String> rewardColumns() {
        if (!reading.rewards().isEmpty()) {
            return reading.rewards();
        }
        final Set<String> all = new TreeSet<>();
        groups.values()
                .forEach(rows -> rows.forEach(row -> all.addAll(numbers(row).keySet())));
        return all.contains(SCORE) ? Set.of(SCORE) : all;
    }

    /** All numbers of a row that can be parts of its reward. */
    private Map<String, Double> numbers(final Row row) {
        final Map<String, Double> numbers = new TreeMap<>();
        final @Nullable String reference = referenceColumn(row);
        row.values().forEach((column, value) -> {
            final double number = number(value);
            if (Double.isFinite(number)
                    && !column.equals(STEP)
                    && !column.equals(ADVANTAGE)
                    && !column.equals(reference)) {
                numbers.put(column, number);
            }
        });
        return numbers;
    }

    private static double number(final @Nullable Object value) {
        if (value instanceof Boolean is) {
            return is ? 1 : 0;
        }
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private double[] advantages(final List<Row> rows, final double[] totals) {
        final double[] given = rows.stream()
                .mapToDouble(row -> number(row.values().get(ADVANTAGE)))
                .toArray();
        return Arrays.stream(given).allMatch(Double::isFinite)
                ? given
                : reading.estimator().advantages(totals);
    }
}
