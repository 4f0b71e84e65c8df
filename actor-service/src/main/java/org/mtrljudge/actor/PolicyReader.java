package org.mtrljudge.actor;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code RUN.policies} and fetches the weights of the newest version from the log or from its store. Only committed records are
 * read, so a visible version is complete. A version whose digests do not match is skipped; a version that cannot be reached is tried again.
 */
public final class PolicyReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReader.class);

    private final Topics topics;
    private final Consumer<String, byte[]> policies;
    private final PolicyFetcher weights;
    private final PendingPolicies pending;

    /** @param store the store of the policies that are too large for the log; null: there is no store */
    public PolicyReader(final KafkaClients clients, final @Nullable PolicyStore store) {
        this(clients, store, new PendingPolicies(Clock.systemUTC(), () -> {}));
    }

    PolicyReader(final KafkaClients clients, final @Nullable PolicyStore store, final PendingPolicies pending) {
        this.topics = clients.topics();
        this.policies = clients.consumer(KafkaClients.Fetching.BY_DEFAULT);
        this.weights = new PolicyFetcher(clients, store);
        this.pending = pending;
        final TopicPartition manifests = new TopicPartition(topics.policies().name(), 0);
        policies.assign(List.of(manifests));
        policies.seekToBeginning(List.of(manifests));
    }

    /**
     * The newest usable version that was not returned before, if any. Waits at most the timeout for an announcement, and then for the
     * weights.
     */
    public Optional<Policy> poll(final Duration timeout) {
        for (Duration wait = timeout; ; wait = Duration.ZERO) {
            final var records = policies.poll(wait);
            if (records.isEmpty()) {
                break;
            }
            records.forEach(this::note);
        }
        return pending.fetch(weights::fetch);
    }

    private void note(final ConsumerRecord<String, byte[]> record) {
        try {
            pending.announce(topics.policies().valueSerde().decode(record.value()));
        } catch (final SerializationException e) {
            LOG.warn("passed over the policy manifest at offset {}: {}", record.offset(), e.getMessage());
        }
    }

    @Override
    public void close() {
        policies.close();
        weights.close();
    }
}
