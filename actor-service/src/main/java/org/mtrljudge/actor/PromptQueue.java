package org.mtrljudge.actor;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the prompts of the run through its share group. A prompt that is taken is locked for this actor. If the actor neither renews the
 * lock nor acknowledges the prompt, the lock expires and the prompt goes to another actor. One thread at a time uses it.
 */
final class PromptQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PromptQueue.class);
    private static final int LOCK_DEFAULT_MS = 30_000;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration RENEWAL = Duration.ofSeconds(2);

    private final ShareConsumer<String, byte[]> consumer;
    // the locked prompts by offset
    private final Map<Long, ConsumerRecord<String, byte[]>> inHand = new LinkedHashMap<>();

    PromptQueue(final KafkaClients clients, final int maxPrompts) {
        this.consumer = clients.shareConsumer(maxPrompts);
        consumer.subscribe(List.of(clients.topics().prompts().name()));
    }

    /** Waits for prompts and locks them. All earlier prompts must be acknowledged or released before. */
    List<ConsumerRecord<String, byte[]>> acquire(final Duration wait) {
        consumer.poll(wait).forEach(record -> inHand.put(record.offset(), record));
        return List.copyOf(inHand.values());
    }

    /** The time between two renewals of the locks: a third of the lock time. */
    long renewalMs() {
        return consumer.acquisitionLockTimeoutMs().orElse(LOCK_DEFAULT_MS) / 3;
    }

    /** Renews the locks. The consumer returns the renewed records again, and only these records can be acknowledged later. */
    void renew() {
        inHand.values().forEach(record -> consumer.acknowledge(record, AcknowledgeType.RENEW));
        final Map<Long, ConsumerRecord<String, byte[]>> renewed = new HashMap<>();
        final long deadline = System.nanoTime() + RENEWAL.toNanos();
        while (renewed.size() < inHand.size() && System.nanoTime() < deadline) {
            // the renewed records arrive with the poll after next
            for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (inHand.containsKey(record.offset())) {
                    renewed.put(record.offset(), record);
                } else {
                    // a new prompt is not taken while this actor still has others
                    consumer.acknowledge(record, AcknowledgeType.RELEASE);
                }
            }
        }
        inHand.replaceAll((offset, record) -> renewed.getOrDefault(offset, record));
        if (inHand.keySet().retainAll(renewed.keySet())) {
            LOG.warn("the locks of some prompts expired: another actor gets these prompts too");
        }
    }

    /** Releases all locked prompts, to another actor or later to this actor. */
    void release() {
        acknowledge(record -> false);
    }

    /** Acknowledges the prompts that are done, and releases the others. */
    void acknowledge(final Predicate<ConsumerRecord<String, byte[]>> done) {
        inHand.values()
                .forEach(record -> consumer.acknowledge(
                        record, done.test(record) ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE));
        inHand.clear();
        consumer.commitSync();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
