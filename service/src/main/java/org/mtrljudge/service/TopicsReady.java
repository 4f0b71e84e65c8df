package org.mtrljudge.service;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.codec.RegistryException;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicAdmin;
import org.mtrljudge.settings.UsageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics and the schema registry of a run at the start of a service: the learner creates the topics, the other services wait for
 * them, and all wait for the registry.
 */
public final class TopicsReady {
    private static final Logger LOG = LoggerFactory.getLogger(TopicsReady.class);
    private static final Duration ASK_AGAIN = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** The time in which the brokers of a cluster that starts join it. */
    private static final Duration CLUSTER_START = Duration.ofMinutes(2);

    /** An action that succeeds only when the brokers and the topics exist. */
    interface Attempt {
        void make(Admin admin) throws ExecutionException, InterruptedException;
    }

    private final ServiceSettings settings;
    private final KafkaClients clients;
    private final BooleanSupplier stopping;
    private final Duration clusterStart;
    private @Nullable Long tooFewSinceNs;

    /** @param stopping whether the service is stopping, which ends every wait */
    public TopicsReady(final ServiceSettings settings, final KafkaClients clients, final BooleanSupplier stopping) {
        this(settings, clients, stopping, CLUSTER_START);
    }

    /** @param clusterStart the time after which brokers that are too few for the copies of a topic are a wrong setting */
    TopicsReady(
            final ServiceSettings settings,
            final KafkaClients clients,
            final BooleanSupplier stopping,
            final Duration clusterStart) {
        this.settings = settings;
        this.clients = clients;
        this.stopping = stopping;
        this.clusterStart = clusterStart;
    }

    /**
     * Creates the missing topics, registers their schemas and sets up the share group of the actors.
     *
     * @return false when the service is stopping
     * @throws UsageException when the broker or the registry refuses the credentials or the rights of this service, the registry has
     *     lost the schemas of the run, or the brokers stay too few for the copies of the topics
     */
    public boolean prepare() throws InterruptedException {
        return until(admin -> {
            clients.topics().prepare(admin);
            clients.topics().warnOfSingleCopies(admin);
        });
    }

    /**
     * Waits until the topics exist.
     *
     * @return false when the service is stopping
     * @throws UsageException when the broker or the registry refuses the credentials or the rights of this service, or the registry has
     *     lost the schemas of these topics
     */
    public boolean await(final List<Topic<?>> wanted) throws InterruptedException {
        return until(admin -> {
            admin.describeTopics(wanted.stream().map(Topic::name).toList())
                    .allTopicNames()
                    .get();
            TopicAdmin.requireSchemas(wanted, admin);
        });
    }

    boolean until(final Attempt attempt) throws InterruptedException {
        String told = "";
        try (Admin admin = clients.admin(TIMEOUT)) {
            while (!stopping.getAsBoolean()) {
                final String missing = missing(attempt, admin);
                if (missing == null) {
                    return true;
                }
                if (!missing.equals(told)) {
                    LOG.info("waiting for {}", missing);
                    told = missing;
                }
                Thread.sleep(ASK_AGAIN.toMillis());
            }
        }
        return false;
    }

    /** Names what is still missing, for the log; null when nothing is missing. */
    private @Nullable String missing(final Attempt attempt, final Admin admin) throws InterruptedException {
        try {
            clients.topics().checkRegistry();
            attempt.make(admin);
            return null;
        } catch (final RegistryException e) {
            if (e.mayPass()) {
                return "the registry of the schemas: " + e.getMessage();
            }
            throw new UsageException(String.valueOf(e.getMessage()));
        } catch (final ExecutionException | KafkaException e) {
            final Throwable why = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            final String brokers = clients.brokers();
            if (why instanceof AuthenticationException) {
                throw new UsageException("the broker at " + brokers + " refuses these credentials (kafka: "
                        + clients.securityProtocol() + "): " + why.getMessage());
            }
            if (why instanceof AuthorizationException) {
                throw new UsageException("the broker at " + brokers + " does not give the " + settings.service()
                        + " the rights that it needs: " + why.getMessage() + "; see docs/security.md for the ACLs");
            }
            if (why instanceof UnknownTopicOrPartitionException) {
                return "the topics of the run " + settings.run() + ", which its learner creates";
            }
            if (why instanceof InvalidReplicationFactorException) {
                return moreBrokers(String.valueOf(why.getMessage()));
            }
            if (why instanceof TimeoutException || why instanceof RetriableException) {
                return "a broker at " + brokers;
            }
            throw e instanceof KafkaException own ? own : new KafkaException(String.valueOf(why.getMessage()), why);
        }
    }

    /** The first broker of a cluster answers before the others have joined it. Brokers that stay too few are a wrong setting. */
    private String moreBrokers(final String why) {
        final long now = System.nanoTime();
        final long since = Objects.requireNonNullElse(tooFewSinceNs, now);
        tooFewSinceNs = since;
        if (now - since >= clusterStart.toNanos()) {
            throw new UsageException("the brokers at " + clients.brokers() + " have been too few for "
                    + clusterStart.toSeconds() + " s: " + why
                    + " Start more brokers, or set broker.replication_factor to their number");
        }
        return "more brokers at " + clients.brokers() + ": " + why;
    }
}
