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
 * The run's prompts, through its share group. What is taken is locked for this actor; a lock that is neither renewed nor acknowledged
 * runs out, and the prompt goes to another. One thread at a time.
 */
final class PromptQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PromptQueue.class);
    private static final int LOCK_DEFAULT_MS = 30_000;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration RENEWAL = Duration.ofSeconds(2);

    private final ShareConsumer<String, byte[]> consumer;
    private final Map<Long, ConsumerRecord<String, byte[]>> inHand = new LinkedHashMap<>(); // by offset

    PromptQueue(final KafkaClients clients, final int maxPrompts) {
        this.consumer = clients.shareConsumer(maxPrompts);
        consumer.subscribe(List.of(clients.topics().prompts().name()));
    }

    /** Waits for prompts and locks them; all those before must be acknowledged or released. */
    List<ConsumerRecord<String, byte[]>> acquire(final Duration wait) {
        consumer.poll(wait).forEach(record -> inHand.put(record.offset(), record));
        return List.copyOf(inHand.values());
    }

    /** How often locks should be renewed: three times in their life. */
    long renewalMs() {
        return consumer.acquisitionLockTimeoutMs().orElse(LOCK_DEFAULT_MS) / 3;
    }

    /** Keeps the locks of what is in hand. The consumer hands renewed records out again, and only those can be acknowledged later. */
    void renew() {
        inHand.values().forEach(record -> consumer.acknowledge(record, AcknowledgeType.RENEW));
        final Map<Long, ConsumerRecord<String, byte[]>> renewed = new HashMap<>();
        final long deadline = System.nanoTime() + RENEWAL.toNanos();
        while (renewed.size() < inHand.size() && System.nanoTime() < deadline) {
            for (final ConsumerRecord<String, byte[]> record :
                    consumer.poll(POLL)) { // they come with the poll after next
                if (inHand.containsKey(record.offset())) {
                    renewed.put(record.offset(), record);
                } else {
                    consumer.acknowledge(record, AcknowledgeType.RELEASE); // a new one: not while others are in hand
                }
            }
        }
        inHand.replaceAll((offset, record) -> renewed.getOrDefault(offset, record));
        if (inHand.keySet().retainAll(renewed.keySet())) {
            LOG.warn("some locks were lost: their prompts go to another actor too");
        }
    }

    /** Gives what is in hand back: to another actor, or to this one later. */
    void release() {
        acknowledge(record -> false);
    }

    /** Accepts those that are done, gives the others back. */
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
