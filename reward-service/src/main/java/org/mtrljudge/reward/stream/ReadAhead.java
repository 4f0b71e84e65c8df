package org.mtrljudge.reward.stream;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.scoring.GroupScorer;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks slow graders about the next groups of a partition while the group before is scored. Only answers are prepared: each group is scored in
 * its turn, in the transaction of its record, so order and exactly-once are those of a job that reads nothing ahead. An answer that is lost,
 * for example with its process, is asked for again.
 */
final class ReadAhead implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);
    /** Groups that are read per group that is graded: a group that hangs holds up the others only when so many are ready. */
    private static final int DEPTH = 4;
    /** In units of room. */
    private static final int MOST_READ = 64;
    /** A group takes a unit of room, and a large one more: a group can be as large as a record. */
    private static final int UNIT_BYTES = 1 << 20;

    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaClients clients;
    private final ScoringJob job;
    private final GroupScorer scorer;
    private final TopicPartition partition;
    private final ConcurrentSkipListMap<Long, Prepared> prepared = new ConcurrentSkipListMap<>();
    private final int allRoom;
    private final Semaphore room;
    private final ExecutorService graders;
    // the first offset whose turn has not come; before the first group nothing is known
    private final AtomicLong next = new AtomicLong(-1);
    private volatile boolean closed;

    /** @param groups the number of groups that are graded at the same time */
    ReadAhead(
            final KafkaClients clients,
            final ScoringJob job,
            final GroupScorer scorer,
            final int partition,
            final int groups) {
        this.clients = clients;
        this.job = job;
        this.scorer = scorer;
        this.partition = job.rollouts().partition(partition);
        this.allRoom = Math.min(MOST_READ, DEPTH * groups);
        this.room = new Semaphore(allRoom);
        this.graders = Executors.newFixedThreadPool(groups, task -> daemon(task, "grades-ahead"));
        daemon(this::read, "reads-ahead-" + partition).start();
    }

    /** @param units the room that the group takes */
    private record Prepared(Future<GroupScorer.Verified> answers, int units) {}

    private static Thread daemon(final Runnable task, final String name) {
        final Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * The answers for the group whose turn it is: those that were prepared, or else new ones.
     *
     * @throws RuntimeException as {@link GroupScorer#verify} throws it
     */
    GroupScorer.Verified verify(final RolloutGroup group, final long offset) {
        next.set(offset + 1);
        prepared.headMap(offset).keySet().forEach(this::drop);
        final Prepared own = prepared.remove(offset);
        if (own == null) {
            return scorer.verify(group);
        }
        room.release(own.units);
        try {
            return own.answers.get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        } catch (final ExecutionException e) {
            throw e.getCause() instanceof RuntimeException why ? why : new IllegalStateException(e.getCause());
        }
    }

    private void drop(final long offset) {
        final Prepared passed = prepared.remove(offset);
        if (passed != null) {
            passed.answers.cancel(true);
            room.release(passed.units);
        }
    }

    private void read() {
        try (Consumer<String, byte[]> consumer = clients.consumer(KafkaClients.Fetching.BY_DEFAULT)) {
            consumer.assign(List.of(partition));
            long position = -1;
            while (!closed) {
                final long first = next.get();
                if (first < 0) {
                    TimeUnit.MILLISECONDS.sleep(1);
                    continue;
                }
                if (position < first) {
                    consumer.seek(partition, first);
                    position = first;
                }
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    prepare(record);
                    position = record.offset() + 1;
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final KafkaException e) {
            // the job itself meets the failure in its own reading
            LOG.warn("{} is read ahead no longer: {}", partition, e.getMessage());
        }
    }

    private void prepare(final ConsumerRecord<String, byte[]> record) throws InterruptedException {
        final ScoringEnd end = job.end();
        if (end != null && !end.isBeforeEnd(record.partition(), record.offset())) {
            return;
        }
        final int units = Math.min(allRoom, 1 + record.serializedValueSize() / UNIT_BYTES);
        boolean free = false;
        while (!free && !closed && record.offset() >= next.get()) {
            free = room.tryAcquire(units, POLL.toMillis(), TimeUnit.MILLISECONDS);
        }
        if (!free) {
            return;
        }
        final RolloutGroup group = wanted(record.value());
        if (group == null) {
            room.release(units);
            return;
        }
        try {
            prepared.put(record.offset(), new Prepared(graders.submit(() -> scorer.verify(group)), units));
        } catch (final RejectedExecutionException e) {
            LOG.debug("{} is read ahead no longer", partition);
        }
    }

    /** The group of a record; null where it is not scored by itself, or has no valid content, which its turn will show. */
    private @Nullable RolloutGroup wanted(final byte @Nullable [] value) {
        try {
            final RolloutGroup group = job.rollouts().valueSerde().decode(value);
            scorer.check(group);
            return job.wanted().test(group) && scorer.gradesAhead(group) ? group : null;
        } catch (final RuntimeException e) {
            return null;
        }
    }

    @Override
    public void close() {
        // the reader ends by itself: an interrupted consumer cannot leave its broker in order
        closed = true;
        graders.shutdownNow();
        prepared.values().forEach(group -> group.answers.cancel(true));
    }
}
