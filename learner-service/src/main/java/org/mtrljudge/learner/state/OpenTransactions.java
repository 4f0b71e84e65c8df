package org.mtrljudge.learner.state;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;

/**
 * The open transactions of other producers in a topic. They hide all later records, also committed ones, from readers of committed
 * records.
 */
final class OpenTransactions {
    /** Brokers end every transaction in this time, unless their transaction.max.timeout.ms was raised. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private OpenTransactions() {}

    /**
     * Waits until the records that the topic has now are no longer hidden.
     *
     * @param health is called while it waits, and may throw
     * @throws LearnerException when a transaction stays open for too long
     */
    static void awaitEnd(final KafkaClients clients, final Topic<?> topic, final Runnable health) {
        try (Consumer<String, byte[]> committed = clients.consumer(KafkaClients.Fetching.BY_DEFAULT);
                Consumer<String, byte[]> uncommitted = clients.uncommitted()) {
            awaitEnd(topic, committed, uncommitted, LONGEST, health);
        }
    }

    static void awaitEnd(
            final Topic<?> topic,
            final Consumer<String, byte[]> committed,
            final Consumer<String, byte[]> uncommitted,
            final Duration limit,
            final Runnable health) {
        final long start = System.nanoTime();
        final Map<TopicPartition, Long> ends = ends(topic, uncommitted);
        while (isBefore(ends(topic, committed), ends)) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new LearnerException("a transaction in " + topic.name() + " has been open for "
                        + limit.toSeconds() + " s and hides later records. End it (kafka-transactions.sh find-hanging"
                        + " and abort), and resume the run");
            }
            health.run();
            sleep();
        }
    }

    private static Map<TopicPartition, Long> ends(final Topic<?> topic, final Consumer<String, byte[]> consumer) {
        return consumer.endOffsets(topic.partitionsOf(consumer));
    }

    private static boolean isBefore(final Map<TopicPartition, Long> visible, final Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().anyMatch(end -> visible.getOrDefault(end.getKey(), 0L) < end.getValue());
    }

    private static void sleep() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (final InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
