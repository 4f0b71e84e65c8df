package org.mtrljudge.actor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code RUN.policies} and fetches the chunks of the newest version from {@code RUN.weights}. Only committed records are read
 * from both topics, so a visible version is complete. A version whose digests do not match is skipped, with a warning in the log.
 */
public final class PolicyReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReader.class);

    private final Topics topics;
    private final Consumer<String, byte[]> policies;
    private final PolicyFetcher weights;
    private int newest = -1;

    /** @param store the store of the policies that are too large for the log; null: there is no store */
    public PolicyReader(final KafkaClients clients, final @Nullable PolicyStore store) {
        this.topics = clients.topics();
        this.policies = clients.consumer(KafkaClients.Fetching.BY_DEFAULT);
        this.weights = new PolicyFetcher(clients, store);
        final TopicPartition manifests = new TopicPartition(topics.policies().name(), 0);
        policies.assign(List.of(manifests));
        policies.seekToBeginning(List.of(manifests));
    }

    /** The newest usable version that was announced since the last call, if any. Waits at most the timeout for an announcement. */
    public Optional<Policy> poll(final Duration timeout) {
        final NavigableMap<Integer, PolicyManifest> announced = new TreeMap<>();
        for (Duration wait = timeout; ; wait = Duration.ZERO) {
            final var records = policies.poll(wait);
            if (records.isEmpty()) {
                break;
            }
            records.forEach(record -> note(record, announced));
        }
        for (final PolicyManifest manifest : announced.descendingMap().values()) {
            final Optional<Policy> policy = fetch(manifest);
            if (policy.isPresent()) {
                newest = manifest.getVersion();
                return policy;
            }
        }
        return Optional.empty();
    }

    private void note(final ConsumerRecord<String, byte[]> record, final Map<Integer, PolicyManifest> announced) {
        try {
            final PolicyManifest manifest = topics.policies().valueSerde().decode(record.value());
            if (manifest.getVersion() > newest) {
                announced.put(manifest.getVersion(), manifest);
            }
        } catch (final SerializationException e) {
            LOG.warn(
                    "skipped the policy manifest at offset {}, which is unreadable: {}",
                    record.offset(),
                    e.getMessage());
        }
    }

    private Optional<Policy> fetch(final PolicyManifest manifest) {
        try {
            return Optional.of(new Policy(manifest.getVersion(), manifest.getSha256(), weights.fetch(manifest)));
        } catch (final SerializationException e) {
            LOG.warn(
                    "policy version {} is unusable, the actor keeps version {}: {}",
                    manifest.getVersion(),
                    newest,
                    e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        policies.close();
        weights.close();
    }
}
