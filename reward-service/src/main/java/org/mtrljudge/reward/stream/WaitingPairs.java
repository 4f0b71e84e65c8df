package org.mtrljudge.reward.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The groups that wait for the other order of their pair. Only an event ends the wait: the other order comes, it becomes a dead letter,
 * or a replay reaches its end. A live service also has a limit, because a prompt whose dead letter names no pair would be awaited for
 * ever. A group that stops waiting without its other order becomes a dead letter: it has no reward, not a low one.
 */
final class WaitingPairs {
    static final String OTHER_IS_DEAD = "the other order of its pair is a dead letter: ";

    private final KeyValueStore<String, WaitingGroup> waiting;
    // null in a replay, where the rollouts alone decide
    private final @Nullable KeyValueStore<String, String> dead;
    // when this service first looked at a group that waits, by pair id
    private final Map<String, Long> firstLookMs = new HashMap<>();

    /** @param dead the reason of the first dead letter, by pair id */
    WaitingPairs(
            final KeyValueStore<String, WaitingGroup> waiting, final @Nullable KeyValueStore<String, String> dead) {
        this.waiting = waiting;
        this.dead = dead;
    }

    /** Why a group of this pair cannot be scored; null where nothing is known against it. */
    @Nullable
    String whyDead(final String pairId) {
        return dead == null ? null : dead.get(pairId);
    }

    /** The group that waits; null where none does. */
    @Nullable
    WaitingGroup waitingIn(final String pairId) {
        return waiting.get(pairId);
    }

    void add(final String pairId, final WaitingGroup group) {
        waiting.put(pairId, group);
    }

    void remove(final String pairId) {
        waiting.delete(pairId);
    }

    /**
     * One of the two prompts is a dead letter.
     *
     * @return the group that waited for it; null where none did
     */
    @Nullable
    WaitingGroup died(final String pairId, final String why) {
        if (dead != null) {
            dead.putIfAbsent(pairId, OTHER_IS_DEAD + why);
        }
        return waiting.delete(pairId);
    }

    /**
     * Ends the wait of groups at the limit.
     *
     * @param overdue receives each group that waited
     */
    void endOverdue(final long nowMs, final long limitMs, final Consumer<WaitingGroup> overdue) {
        final List<String> pairIds = pairIds();
        firstLookMs.keySet().retainAll(Set.copyOf(pairIds));
        for (final String pairId : pairIds) {
            if (nowMs - firstLookMs.computeIfAbsent(pairId, id -> nowMs) >= limitMs) {
                overdue.accept(waiting.delete(pairId));
            }
        }
    }

    /** Ends every wait. */
    void endAll(final Consumer<WaitingGroup> ended) {
        pairIds().forEach(pairId -> ended.accept(waiting.delete(pairId)));
    }

    /** The pairs of which a group waits. The groups can be large, so they are not held together. */
    private List<String> pairIds() {
        final List<String> pairIds = new ArrayList<>();
        try (KeyValueIterator<String, WaitingGroup> entries = waiting.all()) {
            entries.forEachRemaining(entry -> pairIds.add(entry.key));
        }
        return pairIds;
    }
}
