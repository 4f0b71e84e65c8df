package org.mtrljudge.model.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;

/**
 * Rows that began together, so that all have the same number of tokens, and their cache: the keys and values of each prompt once, and those
 * of each row. Rows that have ended leave it, and it grows with the rows that stay.
 */
final class Cohort implements AutoCloseable {
    /** The least number of positions by which the cache of the rows grows. */
    private static final int LEAST_GROWTH = 8;

    /** The cache also grows by this share of itself, so that each position is copied only a few times. */
    private static final int GROWTH_SHARE = 8;

    /** Ended rows stay until they are this share of all, because their leaving copies the cache of the others. */
    private static final int ENDED_SHARE = 8;

    private final JudgeModule module;
    private final NDManager scope;
    private final int layers;
    private final Map<String, NDArray> cache = new HashMap<>();
    private List<Row> rows;
    private List<Asked> prompts;
    private int used;
    private int room;

    /**
     * @param prompts the prompts in the order of the cache
     * @param rows the rows, prompt by prompt
     * @param made for each layer the keys {@code [keyHeads, prompts, positions, headDim]} of the prompts, then the values
     * @param scope is closed together with the cohort
     */
    Cohort(
            final JudgeModule module,
            final List<Asked> prompts,
            final List<Row> rows,
            final List<NDArray> made,
            final NDManager scope) {
        this.module = module;
        this.scope = scope;
        this.prompts = prompts;
        this.rows = rows;
        this.layers = made.size() / 2;
        for (int i = 0; i < layers; i++) {
            final NDArray keys = made.get(i);
            final NDArray values = made.get(layers + i);
            keys.attach(scope);
            values.attach(scope);
            cache.put("pk" + i, keys);
            cache.put("pv" + i, values);
        }
        hidePadding();
    }

    List<Row> rows() {
        return rows;
    }

    /** The number of positions in the cache of each row. */
    int used() {
        return used;
    }

    boolean hasEnded() {
        return rows.stream().allMatch(Row::ended);
    }

    /** The positions that the cache holds room for. */
    long held() {
        return (long) prompts.size() * longestPrompt() + (long) rows.size() * room;
    }

    /** The positions of its prompts, and of the tokens of its rows. */
    long there() {
        return prompts.stream().mapToLong(Asked::length).sum() + (long) rows.size() * used;
    }

    /** The positions that it may hold at most until its last row has ended. */
    long reserved() {
        return (long) prompts.size() * longestPrompt()
                + rows.stream()
                        .filter(row -> !row.ended())
                        .mapToLong(Row::limit)
                        .sum();
    }

    /** Lets rows that have ended leave, and makes room for that many more positions per row. */
    void prepare(final int count) {
        final List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (!rows.get(i).ended()) {
                kept.add(i);
            }
        }
        final boolean full = used + count > room;
        final boolean thin = (rows.size() - kept.size()) * ENDED_SHARE >= rows.size() && kept.size() < rows.size();
        if (!full && !thin) {
            return;
        }
        if (full) {
            final int growth = Math.max(count, Math.max(LEAST_GROWTH, used / GROWTH_SHARE));
            // the last token of a row is not read
            room = Math.min(used + growth, Math.max(used + count, rows.get(0).limit() - 1));
        }
        // the first room is made before there is a cache, in the shape of the prompts' one
        final String source = used == 0 ? "p" : "";
        final long[] from = kept.stream().mapToLong(used == 0 ? i -> 0 : i -> i).toArray();
        for (int i = 0; i < layers; i++) {
            for (final String part : List.of("k" + i, "v" + i)) {
                replace(part, source + part, from, used, room);
            }
        }
        rows = kept.stream().map(rows::get).toList();
        dropPrompts();
        align();
    }

    private void dropPrompts() {
        final List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            final Asked prompt = prompts.get(i);
            if (rows.stream().anyMatch(row -> row.asked() == prompt)) {
                kept.add(i);
            }
        }
        if (kept.size() == prompts.size()) {
            return;
        }
        final int before = longestPrompt();
        prompts = kept.stream().map(prompts::get).toList();
        final long[] from = kept.stream().mapToLong(i -> i).toArray();
        final int positions = Math.min(before, longestPrompt());
        for (int i = 0; i < layers; i++) {
            replace("pk" + i, "pk" + i, from, positions, positions);
            replace("pv" + i, "pv" + i, from, positions, positions);
        }
        hidePadding();
    }

    /** Puts a copy of an array into the cache, one array at a time, so that only one of them exists twice. */
    private void replace(final String name, final String source, final long[] kept, final int used, final int room) {
        try (NDManager piece = scope.newSubManager()) {
            final NDArray from = cache.get(source);
            if (from == null) {
                throw new IllegalStateException("there is no " + source);
            }
            from.setName(null);
            final NDArray made = module.run(
                            "regrow",
                            new NDList(from, piece.create(kept), piece.create((long) used), piece.create((long) room)),
                            Gradients.NEVER)
                    .head();
            made.attach(scope);
            put(name, made);
        }
    }

    private void put(final String name, final NDArray array) {
        final NDArray before = cache.put(name, array);
        if (before != null) {
            before.close();
        }
    }

    private int longestPrompt() {
        return prompts.stream().mapToInt(Asked::length).max().orElse(0);
    }

    private void hidePadding() {
        final int longest = longestPrompt();
        if (prompts.stream().allMatch(p -> p.length() == longest)) {
            remove("hide");
            return;
        }
        final float[] hidden = new float[prompts.size() * longest];
        for (int b = 0; b < prompts.size(); b++) {
            Arrays.fill(hidden, b * longest + prompts.get(b).length(), (b + 1) * longest, Float.NEGATIVE_INFINITY);
        }
        put("hide", scope.create(hidden, new Shape(prompts.size(), 1, longest)));
    }

    private void remove(final String name) {
        final NDArray before = cache.remove(name);
        if (before != null) {
            before.close();
        }
    }

    /** Says which rows belong to which prompt, where not all prompts have the same number of rows. */
    private void align() {
        final int[] counts = new int[prompts.size()];
        for (int b = 0; b < counts.length; b++) {
            final Asked prompt = prompts.get(b);
            counts[b] = (int) rows.stream().filter(row -> row.asked() == prompt).count();
        }
        final int most = Arrays.stream(counts).max().orElse(0);
        if (Arrays.stream(counts).allMatch(c -> c == most)) {
            remove("fill");
            remove("slot");
            return;
        }
        final long[] fill = new long[counts.length * most];
        final long[] slot = new long[rows.size()];
        int row = 0;
        for (int b = 0; b < counts.length; b++) {
            for (int g = 0; g < most; g++) {
                fill[b * most + g] = row + Math.min(g, counts[b] - 1);
            }
            for (int g = 0; g < counts[b]; g++) {
                slot[row++] = (long) b * most + g;
            }
        }
        put("fill", scope.create(fill));
        put("slot", scope.create(slot));
    }

    /** Adds the cache to the dictionary {@code c}, as that of the cohort with this number. */
    void addTo(final NDList arguments, final int number) {
        cache.forEach((name, array) -> {
            array.setName("c." + number + "." + name);
            arguments.add(array);
        });
    }

    /** Says that the cache has that many more positions per row. */
    void used(final int more) {
        used += more;
    }

    @Override
    public void close() {
        scope.close();
    }
}
