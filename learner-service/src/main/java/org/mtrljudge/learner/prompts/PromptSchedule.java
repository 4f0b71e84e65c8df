package org.mtrljudge.learner.prompts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * The order of training examples. The tasks take turns; tasks with more weight have more turns. The examples of each task are
 * shuffled again every epoch. The two orders of a pair follow each other. The position of the schedule is small and can be saved,
 * and drawn examples can be drawn again from a log.
 */
public final class PromptSchedule {
    /** 2^64 / φ: the constant by which the state of SplittableRandom increases per number. */
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final ExampleSource source;
    private final long seed;
    private final List<String> tasks;
    private final Map<String, Epoch> epochs = new HashMap<>();
    private int looked;
    private long drawn;
    private @Nullable Place secondOrder;

    /** The position of an example in the training split. Both orders of a question have the same pair id. */
    public record Place(
            @Required String task, int index, @Nullable String pairId) {}

    /**
     * The next example.
     *
     * @param seed a fresh seed for the sampling of the prompt
     */
    public record Drawn(Place place, JudgeExample example, long seed) {}

    /**
     * The position of a task.
     *
     * @param next the position in the order of the epoch
     * @param early the indices that were drawn before their turn, as the second order of a pair
     */
    record TaskPosition(int epoch, int next, @Required Set<Integer> early) {}

    /** The position of a schedule. */
    public record Position(
            int looked,
            long drawn,
            @Required Map<String, TaskPosition> tasks,
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

    /** The example that is next because the first order of its pair was drawn; null when the next example is free. */
    @Nullable
    Place secondOrder() {
        return secondOrder;
    }

    /**
     * @param room the number of prompts that can be sent before the learner has to wait for all of them. A pair does not start in the
     *     last place while another task has an example without a pair, because the first order would wait for the second
     */
    Drawn next(final int room) {
        return next((place, paired) -> !paired || room > 1);
    }

    /**
     * Draws an example again that is in the log after a restart.
     *
     * @throws LearnerException when another example was due
     */
    Drawn redraw(final String exampleId) {
        final Drawn again = drawNear(exampleId);
        if (!again.example.id().equals(exampleId)) {
            throw new LearnerException("the log has the prompt " + exampleId + " where " + again.example.id()
                    + " is due: the data or the seed has changed");
        }
        return again;
    }

    /** Draws the example where the order allows it, otherwise the last that the order allows. */
    private Drawn drawNear(final String exampleId) {
        return next((place, paired) ->
                source.example(place.task, Split.TRAIN, place.index).id().equals(exampleId));
    }

    /**
     * Draws examples again that the log has lost.
     *
     * @param lost their number, at least 1
     * @param following the example after them, which is in the log. It tells whether the last of them was drawn in a last place
     */
    List<Drawn> redrawLost(final int lost, final String following) {
        final PromptSchedule trial = new PromptSchedule(source, seed, position());
        trial.draw(lost, 2);
        return draw(lost, trial.drawNear(following).example.id().equals(following) ? 2 : 1);
    }

    private List<Drawn> draw(final int count, final int roomOfLast) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> next(i < count ? 2 : roomOfLast))
                .toList();
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

    /** The examples of one task in the order of this epoch. */
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

        /** The index of the next example. */
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
