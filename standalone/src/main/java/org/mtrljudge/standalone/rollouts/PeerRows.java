package org.mtrljudge.standalone.rollouts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
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
    private final Set<String> rewards;
    private final Map<Key, List<Row>> groups = new LinkedHashMap<>();

    /** @param rewards the columns whose sum is the reward, but for verl, where it is {@code score} if no columns were named */
    PeerRows(final DumpReading reading, final Set<String> rewards) {
        this.reading = reading;
        this.rewards = Set.copyOf(rewards);
    }

    /** @throws org.mtrljudge.tasks.DataException when the row is of no known layout, or misses a column */
    void add(final Row row) {
        final Key key = new Key(step(row), String.valueOf(value(row, layout(row).prompt)), reference(row));
        groups.computeIfAbsent(key, none -> new ArrayList<>()).add(row);
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
        final Object step = row.values().get(STEP);
        if (step == null) {
            return 0;
        }
        if (step instanceof Number number
                && number.doubleValue() >= 0
                && number.doubleValue() <= Integer.MAX_VALUE
                && number.doubleValue() == Math.rint(number.doubleValue())) {
            return number.intValue();
        }
        throw row.wrong("has the step " + step + ", but a whole number from 0 to " + Integer.MAX_VALUE + " is needed");
    }

    /** Gives the groups of the rows, in the order of their first rows, and forgets each. */
    void forEach(final Consumer<DumpedGroup> take) {
        final Map<Integer, Integer> inStep = new TreeMap<>();
        for (final Iterator<Map.Entry<Key, List<Row>>> all = groups.entrySet().iterator(); all.hasNext(); ) {
            final Map.Entry<Key, List<Row>> next = all.next();
            final Key key = next.getKey();
            final List<Row> rows = next.getValue();
            all.remove();
            final int number = inStep.merge(key.step, 1, Integer::sum);
            take.accept(group("step-" + key.step + "-" + number, key, rows));
        }
    }

    private DumpedGroup group(final String promptId, final Key key, final List<Row> rows) {
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
        return new DumpedGroup(rollout, rollout.getActorId(), 1, scores(layout, rows));
    }

    private static Turns turns(final Row row, final String column) {
        try {
            return Turns.of(value(row, column));
        } catch (final IllegalArgumentException e) {
            throw row.wrong("has under '" + column + "' " + e.getMessage());
        }
    }

    /** Empty where a completion has no reward: a group counts as a whole or not at all. */
    private List<CompletionScore> scores(final Layout layout, final List<Row> rows) {
        final List<Map<String, Double>> numbers =
                rows.stream().map(row -> numbers(row, reading)).toList();
        final Set<String> columns = reading.rewards().isEmpty() && layout == Layout.VERL ? Set.of(SCORE) : rewards;
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

    /** The columns of a row whose numbers can be parts of its reward. */
    static Set<String> numbered(final Row row, final DumpReading reading) {
        return numbers(row, reading).keySet();
    }

    /** All numbers of a row that can be parts of its reward. */
    private static Map<String, Double> numbers(final Row row, final DumpReading reading) {
        final Map<String, Double> numbers = new TreeMap<>();
        final String reference = reading.reference() == null ? layout(row).reference : reading.reference();
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
