package org.mtrljudge.schemas.topic;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The Kafka clients of one run, and the only class that constructs Kafka clients. It knows the topics of the run, how to reach its
 * brokers, and which settings each kind of client needs. Keys are strings. Values are bytes, so that a reader decodes them in its own
 * code and can handle a damaged record. Whoever requests a client closes it.
 */
public final class KafkaClients {
    /** The largest record that {@link Topics} allow. */
    public static final int MAX_RECORD_BYTES = 16 << 20;

    private static final String READ_COMMITTED = "read_committed";

    private final Topics topics;
    private final Map<String, Object> config;

    /**
     * @param config the settings of every client: the addresses of the brokers, how to log in, and other settings of the user. The
     *     settings that this class needs take precedence.
     */
    public KafkaClients(final Topics topics, final Map<String, Object> config) {
        this.topics = topics;
        this.config = Collections.unmodifiableMap(new HashMap<>(config));
    }

    /** How a consumer fetches. */
    public enum Fetching {
        /** With Kafka's default settings. */
        BY_DEFAULT(Map.of()),

        /** A policy has many chunks of half a MiB: with Kafka's 1 MiB per request, most of the time would be round trips. */
        LARGE(Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 16 << 20)),

        /**
         * The broker answers a fetch after 20 ms, even without records. The learner writes prompts between two polls of 50 ms. With
         * Kafka's 500 ms it would wait for the broker instead.
         */
        SOON(Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20));

        private final Map<String, Object> settings;

        Fetching(final Map<String, Object> settings) {
            this.settings = settings;
        }
    }

    /** The topics of the run. */
    public Topics topics() {
        return topics;
    }

    /** A producer whose records are in the log once each, and on all replicas, when {@code flush} returns without a failure. */
    public Producer<String, byte[]> producer() {
        final Map<String, Object> settings = new HashMap<>();
        // a retry must not write a prompt or a rollout group a second time
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // an acknowledged record must survive the loss of a broker, because it is not written again
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        // a group's completions or a prompt's pictures can be larger than Kafka's 1 MiB
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
        return producerWith(settings);
    }

    /**
     * A producer for transactions; call {@code initTransactions} first.
     *
     * @param id the transactional id; a later producer with the same id fences this producer off
     * @param timeout the time after which the broker ends a transaction; transaction.timeout.ms of the user takes precedence
     */
    public Producer<String, byte[]> transactional(final String id, final Duration timeout) {
        final Map<String, Object> settings = new HashMap<>();
        settings.put(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                config.getOrDefault(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) timeout.toMillis()));
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        // a journal entry names every group of its batch and can be larger than Kafka's 1 MiB
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
        // with Kafka's 16 KiB, each chunk of half a MiB would be a separate batch and a separate request
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 20);
        return producerWith(settings);
    }

    /**
     * A producer with these settings in addition to the settings of every client, for benchmarks that compare with a plain client.
     *
     * @param settings the values by their names in {@link ProducerConfig}
     */
    public Producer<String, byte[]> producerWith(final Map<String, Object> settings) {
        return new KafkaProducer<>(with(settings), new StringSerializer(), new ByteArraySerializer());
    }

    /** A consumer without a group, for assigned partitions. It starts at the offset that it seeks, or at the beginning. */
    public Consumer<String, byte[]> consumer(final Fetching fetching) {
        final Map<String, Object> settings = new HashMap<>(fetching.settings);
        // a policy version or a score counts only when its transaction is committed
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, READ_COMMITTED);
        // positions are in checkpoints, or are not needed
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // without a position, the consumer reads the whole log
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return consumerWith(settings);
    }

    /**
     * A consumer with these settings in addition to the settings of every client, for benchmarks that compare with a plain client.
     *
     * @param settings the values by their names in {@link ConsumerConfig}
     */
    public Consumer<String, byte[]> consumerWith(final Map<String, Object> settings) {
        return new KafkaConsumer<>(with(settings), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** A consumer without a group that also sees the records of open transactions, to know where a topic really ends. */
    public Consumer<String, byte[]> uncommitted() {
        return consumerWith(Map.of(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_uncommitted",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false));
    }

    /** Reads a topic from its beginning to its current end. A record that cannot be read is skipped and logged. */
    public <V extends SpecificRecordBase> TopicScan<V> scan(final Topic<V> topic) {
        return new TopicScan<>(topic, scanner(), false);
    }

    /** Like {@link #scan}, for a reader that computes something from all records: a record that cannot be read ends the scan. */
    public <V extends SpecificRecordBase> TopicScan<V> scanWhole(final Topic<V> topic) {
        return new TopicScan<>(topic, scanner(), true);
    }

    private Consumer<String, byte[]> scanner() {
        final Map<String, Object> settings = new HashMap<>();
        // the records of aborted transactions do not count
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, READ_COMMITTED);
        // a scan has no group, and starts at the beginning every time
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // a whole topic is read: fewer, larger requests than with Kafka's 1 MiB
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
        return consumerWith(settings);
    }

    /**
     * A member of the share group through which the actors of the run take prompts.
     *
     * @param maxPrompts the largest number of prompts that one poll takes
     */
    public ShareConsumer<String, byte[]> shareConsumer(final int maxPrompts) {
        final Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, topics.actorGroup());
        // the actor acknowledges a prompt explicitly, when its rollouts are in the log
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        // take only the prompts of one batch: a prompt that waits in one actor cannot be taken by another actor
        settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPrompts);
        return new KafkaShareConsumer<>(with(settings), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** A client for requests about topics and groups. */
    public Admin admin() {
        return admin(config);
    }

    /** Like {@link #admin()}, but a request fails after this time, not after Kafka's default of one minute. */
    public Admin admin(final Duration timeout) {
        final int timeoutMs = (int) timeout.toMillis();
        return admin(with(Map.of(
                // the limit of one attempt, so that a broker that does not answer is noticed
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                timeoutMs,
                // the limit of all attempts together: the caller itself tries again and says what it waits for
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                timeoutMs)));
    }

    /**
     * A client for requests about brokers, independent of a run.
     *
     * @param config how to reach the brokers
     */
    public static Admin admin(final Map<String, Object> config) {
        return Admin.create(config);
    }

    /** The settings of every client, for Kafka Streams, which constructs its own clients. They may contain secrets. */
    public Map<String, Object> forStreams() {
        return config;
    }

    /** The addresses of the brokers, for messages. */
    public String brokers() {
        return String.valueOf(config.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
    }

    /** How clients log in, for messages; the text {@code null} when nothing is set. */
    public String securityProtocol() {
        return String.valueOf(config.get(AdminClientConfig.SECURITY_PROTOCOL_CONFIG));
    }

    private Map<String, Object> with(final Map<String, Object> settings) {
        final Map<String, Object> all = new HashMap<>(config);
        all.putAll(settings);
        return all;
    }

    /** Names the settings without their values, which may be secrets. */
    @Override
    public String toString() {
        return "KafkaClients[run=" + topics.run() + ", settings=" + config.keySet() + "]";
    }
}
