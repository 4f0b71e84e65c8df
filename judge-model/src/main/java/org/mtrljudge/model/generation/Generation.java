package org.mtrljudge.model.generation;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Generates the completions of prompts by continuous batching (Orca, Yu et al. 2022): rows that have ended leave, and prompts that wait join
 * as soon as there is room for them.
 */
final class Generation {
    /** The number of tokens after which it is looked which rows have ended. */
    private static final int LOOK_TOKENS = 4;

    /** Prompts wait until that share of the limit is free for them, because each cohort is attended to by itself. */
    private static final int JOINING_SHARE = 4;

    /** A cohort's prompts are padded to its longest: one that is longer than the shortest by a tenth and this much begins another cohort. */
    private static final int UNLIKE_TOKENS = 64;

    private final Decoder decoder;
    private final Sampling sampling;
    private final Batching batching;
    private final NDManager scope;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final List<Cohort> cohorts = new ArrayList<>();
    private long maxTokens;
    private PeakPositions peak = new PeakPositions(0, 0);
    private int mark;
    private int untilMark;

    /** Rows of one prompt that have not begun. */
    private record Waiting(Asked prompt, List<Row> rows) {
        long positions() {
            return prompt.length() + (long) rows.size() * limit();
        }

        int limit() {
            return rows.get(0).limit();
        }
    }

    /** @param scope owns all arrays that are created here */
    Generation(final Decoder decoder, final Sampling sampling, final Batching batching, final NDManager scope) {
        this.decoder = decoder;
        this.sampling = sampling;
        this.batching = batching;
        this.scope = scope;
        this.maxTokens = batching.maxTokens();
    }

    /** Generates these rows up to their ends. */
    void run(final List<Row> rows) {
        add(rows);
        while (isBusy()) {
            step();
        }
    }

    /** Whether there are rows that have not ended. */
    boolean isBusy() {
        return !waiting.isEmpty() || !cohorts.isEmpty();
    }

    /** Lets rows begin, and generates a few tokens of all that have begun. */
    void step() {
        // some may have been stopped
        leave();
        try {
            join();
            advance();
        } catch (final EngineException e) {
            if (!isOutOfMemory(e) || !halve()) {
                throw e;
            }
        }
    }

    /** The peak so far. */
    PeakPositions peak() {
        return peak;
    }

    long wantedTokens() {
        return batching.maxTokens();
    }

    /** The limit of positions: that of the batching, or a smaller one where memory was short. */
    long maxTokens() {
        return maxTokens;
    }

    /** Adds rows, which begin when there is room for them. Rows of the same prompt follow each other. */
    void add(final List<Row> rows) {
        int from = 0;
        for (int i = 1; i <= rows.size(); i++) {
            if (i == rows.size() || rows.get(i).asked() != rows.get(from).asked()) {
                waiting.add(new Waiting(rows.get(from).asked(), rows.subList(from, i)));
                from = i;
            }
        }
    }

    private void join() {
        // nobody wants them any more
        waiting.removeIf(group -> group.rows.stream().allMatch(Row::ended));
        final long free =
                maxTokens - cohorts.stream().mapToLong(Cohort::reserved).sum();
        final boolean enough = free >= maxTokens / JOINING_SHARE
                || free >= waiting.stream().mapToLong(Waiting::positions).sum();
        if (waiting.isEmpty() || !(cohorts.isEmpty() || enough)) {
            return;
        }
        final List<Waiting> joining = new ArrayList<>();
        long left = free;
        for (final Waiting next : waiting) {
            left -= next.positions();
            if (left < 0) {
                break;
            }
            joining.add(next);
        }
        if (joining.isEmpty() && cohorts.isEmpty()) {
            joining.add(cut(free));
        }
        joining.sort(Comparator.<Waiting>comparingInt(w -> w.limit()).thenComparingInt(w -> w.prompt.length()));
        int from = 0;
        for (int i = 1; i <= joining.size(); i++) {
            if (i == joining.size() || isUnlike(joining.get(from), joining.get(i))) {
                begin(joining.subList(from, i));
                from = i;
            }
        }
    }

    /** Divides the first group: as many rows as there is room for, at least one, and the others, which wait on. */
    private Waiting cut(final long free) {
        final Waiting group = waiting.remove();
        final long fitting = (free - group.prompt.length()) / group.limit();
        final int now = (int) Math.max(1, Math.min(fitting, group.rows.size()));
        if (now < group.rows.size()) {
            waiting.addFirst(new Waiting(group.prompt, group.rows.subList(now, group.rows.size())));
        }
        final Waiting first = new Waiting(group.prompt, group.rows.subList(0, now));
        waiting.addFirst(first);
        return first;
    }

    private static boolean isUnlike(final Waiting shortest, final Waiting other) {
        return other.limit() != shortest.limit()
                || other.prompt.length() > shortest.prompt.length() * 11 / 10 + UNLIKE_TOKENS;
    }

    private void begin(final List<Waiting> joining) {
        mark = batching.beforePiece().getAsInt();
        final List<Asked> prompts = joining.stream().map(Waiting::prompt).toList();
        final List<Row> rows = joining.stream().flatMap(w -> w.rows.stream()).toList();
        cohorts.add(decoder.begin(prompts, rows, sampling, mark, scope));
        // only now: after a failure they wait on
        waiting.removeAll(joining);
        leave();
    }

    private void advance() {
        if (cohorts.isEmpty()) {
            return;
        }
        if (untilMark == 0) {
            mark = batching.beforePiece().getAsInt();
            untilMark = batching.pieceTokens();
        }
        final int left = cohorts.stream()
                .mapToInt(c -> c.rows().get(0).limit() - 1 - c.used())
                .min()
                .orElseThrow();
        final int count = Math.min(left, Math.min(untilMark, LOOK_TOKENS));
        cohorts.forEach(c -> c.prepare(count));
        final long held = cohorts.stream().mapToLong(Cohort::held).sum();
        if (held > peak.held()) {
            peak = new PeakPositions(
                    held, cohorts.stream().mapToLong(Cohort::there).sum());
        }
        decoder.advance(cohorts, count, sampling, mark, scope);
        untilMark -= count;
        leave();
    }

    private void leave() {
        cohorts.removeIf(cohort -> {
            final boolean ended = cohort.hasEnded();
            if (ended) {
                cohort.close();
            }
            return ended;
        });
    }

    private static boolean isOutOfMemory(final EngineException e) {
        final String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("out of memory") || message.contains("allocate memory");
    }

    /** Halves the limit and begins all rows again that have not ended. Returns false when there is nothing to halve. */
    private boolean halve() {
        final List<Row> again = new ArrayList<>();
        cohorts.forEach(c -> again.addAll(c.rows()));
        waiting.forEach(w -> again.addAll(w.rows));
        again.removeIf(Row::ended);
        final long now = Math.min(
                maxTokens,
                cohorts.stream().mapToLong(Cohort::reserved).sum()
                        + waiting.stream().mapToLong(Waiting::positions).sum());
        if (now <= 1) {
            // that was a single row
            return false;
        }
        cohorts.forEach(Cohort::close);
        cohorts.clear();
        waiting.clear();
        again.forEach(Row::restart);
        maxTokens = now / 2;
        // a group that was divided is one again
        again.sort(Comparator.comparingInt(row -> row.asked().number()));
        add(again);
        return true;
    }
}
