package org.mtrljudge.learner.prompts;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * The order of training examples. The tasks take turns; tasks with more weight have more turns. The examples of each task are
 * shuffled again every epoch. The orders of a pair follow each other. The position of the schedule is small and can be saved,
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
    private final Deque<Place> laterOrders = new ArrayDeque<>();

    /** The position of an example in the training split. All orders of a question have the same pair id. */
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
     * @param early the indices that were drawn before their turn, as a later order of a pair
     */
    record TaskPosition(int epoch, int next, @Required Set<Integer> early) {}

    /**
     * The position of a schedule.
     *
     * @param secondOrder the example that is next because the first order of its pair was drawn; null when the next example is free
     * @param furtherOrders those after it; null where a checkpoint was written before pairs could have more than two orders
     */
    public record Position(
            int looked,
            long drawn,
            @Required Map<String, TaskPosition> tasks,
            @Nullable Place secondOrder,
            @Nullable List<Place> furtherOrders) {
        public static final Position START = new Position(0, 0, Map.of(), null, List.of());

        /** The same position, where the next example is free. */
        public Position withoutLaterOrders() {
            return new Position(looked, drawn, tasks, null, List.of());
        }
    }

    PromptSchedule(final ExampleSource source, final long seed, final Position from) {
        this.source = source;
        this.seed = seed;
        this.tasks = source.turns();
        this.looked = from.looked;
        this.drawn = from.drawn;
        Stream.concat(
                        Stream.ofNullable(from.secondOrder),
                        Stream.ofNullable(from.furtherOrders).flatMap(List::stream))
                .forEach(laterOrders::add);
        from.tasks.forEach((task, position) -> epochs.put(task, new Epoch(task, position)));
    }

    Position position() {
        final Map<String, TaskPosition> positions = new HashMap<>();
        epochs.forEach((task, epoch) -> positions.put(task, epoch.position()));
        return new Position(
                looked,
                drawn,
                positions,
                laterOrders.peek(),
                laterOrders.stream().skip(1).toList());
    }

    /** The example that is next because the first order of its pair was drawn; null when the next example is free. */
    @Nullable
    Place laterOrder() {
        return laterOrders.peek();
    }

    /** This example and those after it that are due for the same reason. */
    List<Place> laterOrders() {
        return List.copyOf(laterOrders);
    }

    /**
     * @param room the number of prompts that can be sent before the learner has to wait for all of them. A pair does not start in the
     *     last places, which not all its orders fit in, while another task has an example that fits: the first order would wait for the others
     */
    Drawn next(final int room) {
        return next((place, orders) -> room >= orders);
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
        return next((place, orders) ->
                source.example(place.task, Split.TRAIN, place.index).id().equals(exampleId));
    }

    /**
     * Draws examples again that the log has lost.
     *
     * @param lost their number, at least 1
     * @param following the example after them, which is in the log. It tells how much room there was for the last of them
     */
    List<Drawn> redrawLost(final int lost, final String following) {
        for (int room = ExampleSource.MAX_ORDERS; room > 1; room--) {
            final PromptSchedule trial = new PromptSchedule(source, seed, position());
            trial.draw(lost, room);
            if (trial.drawNear(following).example.id().equals(following)) {
                return draw(lost, room);
            }
        }
        return draw(lost, 1);
    }

    private List<Drawn> draw(final int count, final int roomOfLast) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> next(roomOfLast + count - i))
                .toList();
    }

    private interface Choice {
        /** @param orders the number of orders of the question */
        boolean takes(Place place, int orders);
    }

    private Drawn next(final Choice choice) {
        final Place later = laterOrders.poll();
        if (later != null) {
            return drawn(later);
        }
        for (int attempt = 1; ; attempt++) {
            final String task = tasks.get(looked % tasks.size());
            final Epoch epoch = epochs.computeIfAbsent(task, t -> new Epoch(t, new TaskPosition(0, 0, Set.of())));
            final int index = epoch.peekFitting();
            final List<Integer> others = source.otherOrders(task, Split.TRAIN, index);
            looked++;
            final Place place = new Place(task, index, others.isEmpty() ? null : "pair-" + looked);
            if (choice.takes(place, 1 + others.size()) || attempt >= tasks.size()) {
                epoch.take();
                for (final int other : others) {
                    epoch.early.add(other);
                    laterOrders.add(new Place(task, other, place.pairId));
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
        private EpochOrder order;

        Epoch(final String task, final TaskPosition position) {
            this.task = task;
            this.number = position.epoch;
            this.next = position.next;
            this.early = new HashSet<>(position.early);
            this.order = shuffled();
        }

        private EpochOrder shuffled() {
            return EpochOrder.of(
                    source.size(task, Split.TRAIN), seed ^ (task.hashCode() * 31L + number) * GOLDEN_GAMMA);
        }

        /** The index of the next example. */
        int peek() {
            while (next < order.size() && early.remove(order.at(next))) {
                next++;
            }
            if (next == order.size()) {
                number++;
                next = 0;
                early.clear();
                order = shuffled();
            }
            return order.at(next);
        }

        /** The index of the next example that training uses. */
        int peekFitting() {
            for (int leftOut = 0; leftOut <= order.size(); leftOut++) {
                final int index = peek();
                if (source.fits(task, Split.TRAIN, index)) {
                    return index;
                }
                take();
            }
            throw new DataException("all training prompts of task " + task
                    + " are longer than data.max_prompt_length: set a larger limit, or exclude the task with"
                    + " data.train_tasks");
        }

        void take() {
            next++;
        }

        TaskPosition position() {
            return new TaskPosition(number, next, Set.copyOf(early));
        }
    }
}
