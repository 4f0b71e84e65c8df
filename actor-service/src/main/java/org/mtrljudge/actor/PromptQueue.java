package org.mtrljudge.actor;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the prompts of the run through its share group. A prompt that is taken is locked for this actor. If the actor neither renews the
 * lock nor acknowledges the prompt, the lock expires and the prompt goes to another actor. One thread at a time uses it.
 *
 * <p>The consumer refuses a poll while a prompt of the poll before is neither acknowledged nor renewed. A renewed prompt is out of the
 * consumer's hands until a later poll returns it; if its lock was lost, no poll does.
 *
 * <p>The consumer fetches more prompts in the background after a poll that returned none, and whenever it is polled while a renewal is
 * open. Those prompts are locked, and nobody can renew them before a later poll returns them. So it is not polled while renewals are
 * open and the actor works, and what a poll returns after a pause is renewed before it is used.
 */
final class PromptQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PromptQueue.class);
    private static final int LOCK_DEFAULT_MS = 30_000;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int MAX_UNCONFIRMED = 100_000;

    /** Where a prompt is in its topic. */
    private record Place(int partition, long offset) {
        static Place of(final ConsumerRecord<?, ?> record) {
            return new Place(record.partition(), record.offset());
        }
    }

    private final String topic;
    private final IntFunction<ShareConsumer<String, byte[]>> consumers;
    private final ActorMetrics metrics;
    private final LongSupplier nowMs;
    // what the last poll returned and has to be acknowledged or renewed before the next poll
    private final Map<Place, ConsumerRecord<String, byte[]>> inHand = new LinkedHashMap<>();
    // what was sent for renewal and has not come back, and those of it that the broker has not answered
    private final Set<Place> renewing = new LinkedHashSet<>();
    private final Set<Place> unanswered = new LinkedHashSet<>();
    // answered prompts that the broker has not confirmed; if one is delivered again, its work is not done again
    private final Set<Place> answered = new LinkedHashSet<>();
    private ShareConsumer<String, byte[]> consumer;
    private int maxPrompts;
    // no lock of a prompt in hand is older
    private long locksSinceMs;
    // what the consumer holds unseen was fetched later
    private long fetchedAtMs;

    /**
     * @param consumers makes a member of the share group that takes at most that number of prompts per poll
     * @param maxPrompts the first such number
     */
    PromptQueue(
            final String topic,
            final IntFunction<ShareConsumer<String, byte[]>> consumers,
            final int maxPrompts,
            final ActorMetrics metrics) {
        this(topic, consumers, maxPrompts, metrics, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    /** @param nowMs a clock that is never set, because the locks depend on it */
    PromptQueue(
            final String topic,
            final IntFunction<ShareConsumer<String, byte[]>> consumers,
            final int maxPrompts,
            final ActorMetrics metrics,
            final LongSupplier nowMs) {
        this.topic = topic;
        this.consumers = consumers;
        this.maxPrompts = maxPrompts;
        this.metrics = metrics;
        this.nowMs = nowMs;
        this.consumer = opened();
    }

    private ShareConsumer<String, byte[]> opened() {
        final ShareConsumer<String, byte[]> member = consumers.apply(maxPrompts);
        member.subscribe(List.of(topic));
        // the results of commitSync too arrive here, also those for which it did not wait long enough
        member.setAcknowledgementCommitCallback(this::answeredByBroker);
        fetchedAtMs = nowMs.getAsLong();
        return member;
    }

    /** From now on takes at most this number of prompts per poll. All earlier prompts must be acknowledged or released before. */
    void takeAtMost(final int prompts) {
        if (prompts != maxPrompts && inHand.isEmpty()) {
            // the number is fixed for the life of a consumer
            consumer.close();
            renewing.clear();
            unanswered.clear();
            maxPrompts = prompts;
            consumer = opened();
        }
    }

    /** The prompts in hand. If there are none, waits for prompts and locks them. */
    List<ConsumerRecord<String, byte[]>> acquire(final Duration wait) {
        if (inHand.isEmpty()) {
            final long sinceMs = fetchedAtMs;
            final boolean fetched = receive(wait);
            fetchedAtMs = nowMs.getAsLong();
            if (fetched) {
                locksSinceMs = sinceMs;
                if (dueInMs() <= 0) {
                    // these locks may have expired unseen: what the broker does not renew belongs to others by now
                    renew();
                }
            }
        }
        return List.copyOf(inHand.values());
    }

    /** The time between two renewals of the locks: a third of the lock time. */
    long renewalMs() {
        return consumer.acquisitionLockTimeoutMs().orElse(LOCK_DEFAULT_MS) / 3;
    }

    /** The time until the locks are due for renewal, in ms; zero or less: they are due now. */
    long dueInMs() {
        final boolean locked = !inHand.isEmpty() || !renewing.isEmpty();
        return locked ? locksSinceMs + renewalMs() - nowMs.getAsLong() : renewalMs();
    }

    /** Renews the locks of all prompts in hand. A prompt whose renewal is answered late comes back with a later renewal. */
    void renew() {
        final boolean late = !renewing.isEmpty();
        renewOnce();
        if (late) {
            // prompts whose last renewal was answered late came back just now, with a part of their lock time
            renewOnce();
        }
    }

    private void renewOnce() {
        locksSinceMs = nowMs.getAsLong();
        inHand.forEach((place, record) -> {
            consumer.acknowledge(record, AcknowledgeType.RENEW);
            renewing.add(place);
            unanswered.add(place);
        });
        inHand.clear();
        commit();
        if (unanswered.isEmpty() && !renewing.isEmpty()) {
            receive(POLL);
        }
    }

    /** @return whether these prompts were fetched; the others are prompts whose renewal was answered */
    private boolean receive(final Duration wait) {
        final ConsumerRecords<String, byte[]> records = consumer.poll(wait);
        boolean fetched = !records.isEmpty();
        boolean again = false;
        for (final ConsumerRecord<String, byte[]> record : records) {
            final Place place = Place.of(record);
            fetched &= !renewing.remove(place);
            if (answered.contains(place)) {
                consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                again = true;
            } else {
                inHand.put(place, record);
            }
        }
        if (fetched) {
            // the consumer returns these only when no renewal is open
            renewing.clear();
            unanswered.clear();
        }
        if (again) {
            commit();
        }
        return fetched;
    }

    /** Releases all prompts in hand, to another actor or later to this actor. For the broker that was a delivery. */
    void release() {
        release(List.copyOf(inHand.values()));
    }

    /** Releases these prompts. A prompt whose renewal is open is not released and comes back to this actor. */
    void release(final Collection<ConsumerRecord<String, byte[]>> untried) {
        for (final ConsumerRecord<String, byte[]> record : untried) {
            final ConsumerRecord<String, byte[]> locked = inHand.remove(Place.of(record));
            if (locked != null) {
                consumer.acknowledge(locked, AcknowledgeType.RELEASE);
            }
        }
        commit();
    }

    /**
     * Acknowledges prompts that are done. Where the lock was lost or its renewal is open, the prompt is acknowledged if it comes back to
     * this actor; another actor answers it a second time.
     */
    void accept(final Collection<ConsumerRecord<String, byte[]>> done) {
        for (final ConsumerRecord<String, byte[]> record : done) {
            final Place place = Place.of(record);
            final ConsumerRecord<String, byte[]> locked = inHand.remove(place);
            if (locked != null) {
                consumer.acknowledge(locked, AcknowledgeType.ACCEPT);
            }
            answered.add(place);
        }
        // those at the front were lost long ago and answered by others
        while (answered.size() > MAX_UNCONFIRMED) {
            answered.remove(answered.iterator().next());
        }
        commit();
    }

    private void commit() {
        final Duration wait = Duration.ofMillis(renewalMs());
        try {
            consumer.commitSync(wait);
        } catch (final TimeoutException e) {
            LOG.warn("the broker confirmed no locks and no acknowledgements in {} ms", wait.toMillis());
        }
    }

    /** One lost lock fails everything that was sent for its partition together. */
    private void answeredByBroker(final Map<TopicIdPartition, Set<Long>> offsets, final @Nullable Exception failure) {
        offsets.forEach((partition, all) -> all.forEach(offset -> {
            final Place place = new Place(partition.partition(), offset);
            final boolean renewal = unanswered.remove(place);
            if (failure != null) {
                renewing.remove(place);
            } else if (!renewal) {
                answered.remove(place);
            }
        }));
        if (failure != null) {
            final int lost = offsets.values().stream().mapToInt(Set::size).sum();
            metrics.lostLocks(lost);
            LOG.warn("{} locks were lost, so these prompts are delivered again: {}", lost, failure.getMessage());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
