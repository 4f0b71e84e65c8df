package org.mtrljudge.tasks.published;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.Split;

/**
 * Makes data in our format from a published set. Divides the rows into splits of the sizes in the paper, or of sizes that the user
 * gives. Fits thresholds only on the training split. Asks pairs in both orders.
 */
public final class Preparation {
    private static final List<PublishedSet> SETS = List.of(
            new Agin(),
            new SeeTrue(),
            new ImageReward(),
            new UnsafeBench(),
            new MjBench(),
            new MultimodalRewardBench2(),
            new VlRewardBench(),
            new GenAiBench(),
            new EasyR1(),
            new MllmAsAJudge(),
            new MultimodalRewardBench(),
            new EditRewardBench(),
            new Elpv());

    /**
     * The choices of the user.
     *
     * @param files the files by split; a split without a file takes rows from the training file
     * @param sizes the sizes of the splits, in their order; null for the sizes in the paper
     * @param threshold the lowest grade that counts as yes; null for the median of the training split
     * @param subset the subset, for a set with subsets; the task name, for a set that names no task
     * @param seed the seed of the division into splits
     */
    public record Options(
            Map<Split, Path> files,
            @Nullable List<Integer> sizes,
            @Nullable Double threshold,
            String subset,
            long seed) {}

    private final PublishedSet set;
    private final Options options;
    private final Map<Split, List<Row>> rows = new EnumMap<>(Split.class);

    private Preparation(final PublishedSet set, final Options options) {
        this.set = set;
        this.options = options;
    }

    /** The names of the sets that have a reader. */
    public static Set<String> names() {
        return SETS.stream().map(PublishedSet::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * @param name the name of the set
     * @throws DataException when a file does not have the published format
     */
    public static Result prepare(final String name, final Options options, final PreparedFolder folder) {
        final PublishedSet set = SETS.stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DataException("there is no reader of '" + name + "', there are " + names()));
        return new Preparation(set, options).run(folder);
    }

    /**
     * The result of a preparation.
     *
     * @param examples the number of examples by split and task
     * @param thresholds the fitted or given thresholds, by column
     * @param leftOut the number of rows without a verdict, such as ties
     */
    public record Result(Map<Split, Map<String, Integer>> examples, Map<String, Double> thresholds, int leftOut) {}

    private Result run(final PreparedFolder folder) {
        divide();
        final Map<String, Double> thresholds = new LinkedHashMap<>();
        set.gradedColumns().forEach(column -> thresholds.put(column, threshold(column)));
        final double[] byColumn =
                thresholds.values().stream().mapToDouble(d -> d).toArray();
        final PublishedSet.Choices choices = new PublishedSet.Choices(options.subset, i -> byColumn[i]);
        final Map<Split, Map<String, Integer>> counts = new EnumMap<>(Split.class);
        int leftOut = 0;
        for (final Split split : Split.values()) {
            for (final Row row : rowsOf(split)) {
                final List<Prepared> examples = set.examples(row, choices);
                leftOut += examples.isEmpty() ? 1 : 0;
                for (final Prepared example : examples) {
                    folder.add(example, split, row);
                    counts.computeIfAbsent(split, s -> new TreeMap<>()).merge(example.task(), 1, Integer::sum);
                }
            }
        }
        return new Result(counts, thresholds, leftOut);
    }

    private List<Row> rowsOf(final Split split) {
        return rows.getOrDefault(split, List.of());
    }

    /** A split with a file of its own takes its rows from that file. The training file is divided among the other splits. */
    private void divide() {
        final Map<Split, List<List<Row>>> given = new EnumMap<>(Split.class);
        options.files.forEach(
                (split, file) -> given.put(split, shuffledGroups(Rows.read(file, set.columnsWithoutHeader()))));
        final List<List<Row>> shared = given.getOrDefault(Split.TRAIN, List.of());
        final double available = shared.stream().mapToInt(List::size).sum();
        final double wanted = Stream.of(Split.values())
                .filter(this::isShared)
                .mapToDouble(this::size)
                .sum();
        // with fewer rows than wanted, the proportions stay the same
        final double share = Math.min(1, available / Math.max(1, wanted));
        for (final Split split : Split.values()) {
            rows.put(
                    split,
                    isShared(split)
                            ? take(shared, (int) Math.round(share * size(split)))
                            : take(Objects.requireNonNull(given.get(split)), size(split)));
        }
    }

    private boolean isShared(final Split split) {
        return split == Split.TRAIN || !options.files.containsKey(split);
    }

    /** The wanted number of rows of a split. Where the set names no sizes, a split has all rows of its file. */
    private int size(final Split split) {
        if (options.sizes != null) {
            return options.sizes.get(split.ordinal());
        }
        final boolean unnamed = set.sizes() == PublishedSet.Sizes.AS_GIVEN;
        return unnamed && !options.files.containsKey(split) ? 0 : set.sizes().of(split);
    }

    /** Takes whole groups, so that no image or prompt is in two splits. */
    private static List<Row> take(final List<List<Row>> groups, final int wanted) {
        final List<Row> taken = new ArrayList<>();
        while (!groups.isEmpty() && taken.size() < wanted) {
            taken.addAll(groups.remove(groups.size() - 1));
        }
        return taken.size() > wanted ? new ArrayList<>(taken.subList(0, wanted)) : taken;
    }

    private List<List<Row>> shuffledGroups(final List<Row> all) {
        final Map<String, List<Row>> byGroup = new LinkedHashMap<>();
        all.forEach(row ->
                byGroup.computeIfAbsent(set.group(row), g -> new ArrayList<>()).add(row));
        final List<List<Row>> groups = new ArrayList<>(byGroup.values());
        Collections.shuffle(groups, new Random(options.seed));
        return groups;
    }

    /** The median of the training rows only, because test rows must not decide which answer is right. */
    private double threshold(final String column) {
        if (options.threshold != null) {
            return options.threshold;
        }
        final double[] grades = rowsOf(Split.TRAIN).stream()
                .mapToDouble(row -> row.number(column))
                .sorted()
                .toArray();
        if (grades.length == 0) {
            throw new DataException(
                    "there are no training rows to take the median of " + column + " from: give --threshold");
        }
        final int middle = grades.length / 2;
        return grades.length % 2 == 1 ? grades[middle] : (grades[middle - 1] + grades[middle]) / 2;
    }
}
