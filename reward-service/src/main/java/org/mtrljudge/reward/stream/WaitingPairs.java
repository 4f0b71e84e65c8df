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
 * The groups that wait for the other orders of their pair. Only an event ends the wait: the last order comes, one becomes a dead letter,
 * or a replay reaches its end. A live service also has a limit, because a prompt whose dead letter names no pair would be awaited for
 * ever. A group that stops waiting without its other orders becomes a dead letter: it has no reward, not a low one. A pair can have more
 * than two orders, for example of the pictures of a ranking.
 */
final class WaitingPairs {
    /** Ends a pair id in the keys of the second waiting group and later ones. No pair id has it. */
    static final char MARK = '\u0000';

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

    /** The groups that wait, in the order in which they came. */
    List<WaitingGroup> waitingIn(final String pairId) {
        final List<WaitingGroup> groups = new ArrayList<>();
        WaitingGroup next = waiting.get(key(pairId, 0));
        while (next != null) {
            groups.add(next);
            next = waiting.get(key(pairId, groups.size()));
        }
        return groups;
    }

    /** @param before the number of groups of this pair that wait already */
    void add(final String pairId, final int before, final WaitingGroup group) {
        waiting.put(key(pairId, before), group);
    }

    /** Ends the wait of all groups of a pair, and returns them. */
    private List<WaitingGroup> take(final String pairId) {
        final List<WaitingGroup> groups = waitingIn(pairId);
        remove(pairId, groups.size());
        return groups;
    }

    /** @param count the number of groups of this pair that wait */
    void remove(final String pairId, final int count) {
        for (int i = 0; i < count; i++) {
            waiting.delete(key(pairId, i));
        }
    }

    /** The first group is at the pair id itself, as it always was: a changelog can be older than this build. */
    private static String key(final String pairId, final int place) {
        return place == 0 ? pairId : pairId + MARK + place;
    }

    /**
     * One of the prompts of a pair is a dead letter.
     *
     * @return the groups that waited for it
     */
    List<WaitingGroup> died(final String pairId, final String why) {
        if (dead != null) {
            dead.putIfAbsent(pairId, OTHER_IS_DEAD + why);
        }
        return take(pairId);
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
                take(pairId).forEach(overdue);
            }
        }
    }

    /** Ends every wait. */
    void endAll(final Consumer<WaitingGroup> ended) {
        pairIds().forEach(pairId -> take(pairId).forEach(ended));
    }

    /** The pairs of which a group waits. The groups can be large, so they are not held together. */
    private List<String> pairIds() {
        final List<String> pairIds = new ArrayList<>();
        try (KeyValueIterator<String, WaitingGroup> entries = waiting.all()) {
            entries.forEachRemaining(entry -> {
                if (entry.key.indexOf(MARK) < 0) {
                    pairIds.add(entry.key);
                }
            });
        }
        return pairIds;
    }
}
