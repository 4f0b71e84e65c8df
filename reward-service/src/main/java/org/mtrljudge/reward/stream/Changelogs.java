package org.mtrljudge.reward.stream;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The changelogs of the stores. Kafka Streams creates them, and never changes the settings of one that exists. */
final class Changelogs {
    private static final Logger LOG = LoggerFactory.getLogger(Changelogs.class);
    private static final String LIMIT = TopicConfig.MAX_MESSAGE_BYTES_CONFIG;

    private Changelogs() {}

    /** The name that Kafka Streams gives to the changelog of a store. */
    static String name(final String applicationId, final String store) {
        return applicationId + "-" + store + "-changelog";
    }

    /**
     * Allows records as large as rollouts in the changelog of the groups that wait, where an earlier build made it with Kafka's 1 MiB.
     *
     * @throws KafkaException when the brokers do not answer
     */
    static void allowLargeGroups(final KafkaClients clients, final String applicationId) {
        final ConfigResource changelog =
                new ConfigResource(ConfigResource.Type.TOPIC, name(applicationId, RewardTopology.WAITING));
        try (Admin admin = clients.admin()) {
            final String now = Objects.requireNonNull(
                            admin.describeConfigs(List.of(changelog)).values().get(changelog))
                    .get()
                    .get(LIMIT)
                    .value();
            if (Long.parseLong(now) < KafkaClients.MAX_RECORD_BYTES) {
                final ConfigEntry limit = new ConfigEntry(LIMIT, String.valueOf(KafkaClients.MAX_RECORD_BYTES));
                admin.incrementalAlterConfigs(
                                Map.of(changelog, List.of(new AlterConfigOp(limit, AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
                LOG.info("{} of {} was {}, is {}", LIMIT, changelog.name(), now, limit.value());
            }
        } catch (final ExecutionException e) {
            // without the topic, Kafka Streams will create it with the right limit
            if (e.getCause() instanceof AuthorizationException) {
                LOG.warn(
                        "{} of {} cannot be checked ({}): with less than {}, a large group that waits for its pair ends"
                                + " this service",
                        LIMIT,
                        changelog.name(),
                        e.getCause().getMessage(),
                        KafkaClients.MAX_RECORD_BYTES);
            } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw new KafkaException(changelog.name() + " cannot be set up: " + e.getCause(), e.getCause());
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while " + changelog.name() + " was set up", e);
        }
    }
}
