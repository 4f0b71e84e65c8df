package org.mtrljudge.learner.prompts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * The order in which training examples are asked: the tasks in turn (more often those of more weight), each task's examples shuffled anew every epoch, both orders of a
 * pair one after the other. Its place is small and can be kept, and drawn examples can be drawn again from a log.
 */
public final class PromptSchedule {
    /** 2^64 / φ: what SplittableRandom's state grows by with every number. */
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final ExampleSource source;
    private final long seed;
    private final List<String> tasks;
    private final Map<String, Epoch> epochs = new HashMap<>();
    private int looked;
    private long drawn;
    private @Nullable Place secondOrder;

    /** An example by its place in the training split; the pair's id is shared with the same question in the other order. */
    public record Place(String task, int index, @Nullable String pairId) {}

    /**
     * What is asked next.
     *
     * @param seed fresh, for the prompt's sampling
     */
    public record Drawn(Place place, JudgeExample example, long seed) {}

    /**
     * Where a task stands.
     *
     * @param next place in the epoch's order
     * @param early indices that were asked before their turn, as the second order of a pair
     */
    record TaskPosition(int epoch, int next, Set<Integer> early) {}

    /** Where a schedule stands. */
    public record Position(
            int looked,
            long drawn,
            Map<String, TaskPosition> tasks,
            @Nullable Place secondOrder) {
        public static final Position START = new Position(0, 0, Map.of(), null);
    }

    PromptSchedule(final ExampleSource source, final long seed, final Position from) {
        this.source = source;
        this.seed = seed;
        this.tasks = source.turns();
        this.looked = from.looked;
        this.drawn = from.drawn;
        this.secondOrder = from.secondOrder;
        from.tasks.forEach((task, position) -> epochs.put(task, new Epoch(task, position)));
    }

    Position position() {
        final Map<String, TaskPosition> positions = new HashMap<>();
        epochs.forEach((task, epoch) -> positions.put(task, epoch.position()));
        return new Position(looked, drawn, positions, secondOrder);
    }

    /**
     * @param room prompts that can be asked before a pause: a pair is not begun in the last place while another task has something
     *     without one, because its first order would wait for the second
     */
    Drawn next(final int room) {
        return next((place, paired) -> !paired || room > 1);
    }

    /**
     * Draws what the log has after a restart.
     *
     * @throws LearnerException when something else was due
     */
    Drawn redraw(final String exampleId) {
        final Drawn again = next((place, paired) ->
                source.example(place.task, Split.TRAIN, place.index).id().equals(exampleId));
        if (!again.example.id().equals(exampleId)) {
            throw new LearnerException("the log has the prompt " + exampleId + " where " + again.example.id()
                    + " is due: the data or the seed is not what it was");
        }
        return again;
    }

    private interface Choice {
        boolean takes(Place place, boolean paired);
    }

    private Drawn next(final Choice choice) {
        if (secondOrder != null) {
            final Place second = secondOrder;
            secondOrder = null;
            return drawn(second);
        }
        for (int attempt = 1; ; attempt++) {
            final String task = tasks.get(looked % tasks.size());
            final Epoch epoch = epochs.computeIfAbsent(task, t -> new Epoch(t, new TaskPosition(0, 0, Set.of())));
            final int index = epoch.peek();
            final int other = source.otherOrder(task, Split.TRAIN, index);
            looked++;
            final Place place = new Place(task, index, other < 0 ? null : "pair-" + looked);
            if (choice.takes(place, other >= 0) || attempt >= tasks.size()) {
                epoch.take();
                if (other >= 0) {
                    epoch.early.add(other);
                    secondOrder = new Place(task, other, place.pairId);
                }
                return drawn(place);
            }
        }
    }

    private Drawn drawn(final Place place) {
        final long fresh = new SplittableRandom(seed + drawn++ * GOLDEN_GAMMA).nextLong();
        return new Drawn(place, source.example(place.task, Split.TRAIN, place.index), fresh);
    }

    /** One task's examples in this epoch's order. */
    private final class Epoch {
        private final String task;
        private final Set<Integer> early;
        private int number;
        private int next;
        private List<Integer> order;

        Epoch(final String task, final TaskPosition position) {
            this.task = task;
            this.number = position.epoch;
            this.next = position.next;
            this.early = new HashSet<>(position.early);
            this.order = shuffled();
        }

        private List<Integer> shuffled() {
            final SplittableRandom random =
                    new SplittableRandom(seed ^ (task.hashCode() * 31L + number) * GOLDEN_GAMMA);
            final List<Integer> shuffled = new ArrayList<>();
            for (int i = 0; i < source.size(task, Split.TRAIN); i++) {
                final int at = random.nextInt(i + 1);
                shuffled.add(i);
                Collections.swap(shuffled, at, i);
            }
            return shuffled;
        }

        /** The index whose turn it is. */
        int peek() {
            while (next < order.size() && early.remove(order.get(next))) {
                next++;
            }
            if (next == order.size()) {
                number++;
                next = 0;
                early.clear();
                order = shuffled();
            }
            return order.get(next);
        }

        void take() {
            next++;
        }

        TaskPosition position() {
            return new TaskPosition(number, next, Set.copyOf(early));
        }
    }
}
