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
 * The Kafka clients of one run, and the only class that constructs Kafka clients. It knows the run's topics, how to reach the run's
 * brokers, and which settings each kind of client needs. Keys are strings; values are bytes, so that a reader meets a record that it
 * cannot decode in its own code. Whoever asks for a client closes it.
 */
public final class KafkaClients {
    /** As much as {@link Topics} allow a record to have. */
    private static final int MAX_RECORD_BYTES = 16 << 20;

    private static final String READ_COMMITTED = "read_committed";

    private final Topics topics;
    private final Map<String, Object> config;

    /**
     * @param config what every client is given: where the brokers are, how to log in, and what the user wants beside that. The settings
     *     that this class needs take precedence.
     */
    public KafkaClients(final Topics topics, final Map<String, Object> config) {
        this.topics = topics;
        this.config = Collections.unmodifiableMap(new HashMap<>(config));
    }

    /** How a consumer fetches. */
    public enum Fetching {
        /** As Kafka does by default. */
        BY_DEFAULT(Map.of()),

        /** A policy has many chunks of half a MiB: with Kafka's 1 MiB per request most of the time would be round trips. */
        LARGE(Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 16 << 20)),

        /**
         * The broker answers a fetch after 20 ms, also when there is nothing. The learner writes prompts between two polls of 50 ms, and
         * with Kafka's 500 ms it would wait for the broker instead.
         */
        SOON(Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20));

        private final Map<String, Object> settings;

        Fetching(final Map<String, Object> settings) {
            this.settings = settings;
        }
    }

    /** The run's topics. */
    public Topics topics() {
        return topics;
    }

    /** A producer whose records are in the log once each, and on all replicas, when {@code flush} returns without a failure. */
    public Producer<String, byte[]> producer() {
        final Map<String, Object> settings = new HashMap<>();
        // a retry must not write a prompt or a rollout group a second time
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // what is acknowledged must survive the loss of a broker: nobody writes it again
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        // a group's completions or a prompt's pictures can be larger than Kafka's 1 MiB
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
        return producerWith(settings);
    }

    /**
     * A producer for transactions; call {@code initTransactions} first.
     *
     * @param id of the transactions: a later producer of the same id fences this one off
     */
    public Producer<String, byte[]> transactional(final String id) {
        final Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        // a journal entry names every group of its batch and can be larger than Kafka's 1 MiB
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
        // with Kafka's 16 KiB each chunk of half a MiB would be a batch and a request of its own
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 20);
        return producerWith(settings);
    }

    /**
     * A producer with these settings beside those of every client: for benchmarks that compare with a bare client.
     *
     * @param settings by the names in {@link ProducerConfig}
     */
    public Producer<String, byte[]> producerWith(final Map<String, Object> settings) {
        return new KafkaProducer<>(with(settings), new StringSerializer(), new ByteArraySerializer());
    }

    /** A consumer without a group, for partitions that it is assigned: it begins where it is told to, or at the beginning. */
    public Consumer<String, byte[]> consumer(final Fetching fetching) {
        final Map<String, Object> settings = new HashMap<>(fetching.settings);
        // a policy version and a score are there only once their transaction is
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, READ_COMMITTED);
        // positions lie in checkpoints, or are not needed
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // without a position, everything counts that is in the log
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return consumerWith(settings);
    }

    /**
     * A consumer with these settings beside those of every client: for benchmarks that compare with a bare client.
     *
     * @param settings by the names in {@link ConsumerConfig}
     */
    public Consumer<String, byte[]> consumerWith(final Map<String, Object> settings) {
        return new KafkaConsumer<>(with(settings), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads a topic of one partition from its beginning to the end that it has now. */
    public <V extends SpecificRecordBase> TopicScan<V> scan(final Topic<V> topic) {
        final Map<String, Object> settings = new HashMap<>();
        // what was aborted never was
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, READ_COMMITTED);
        // a scan has no group, and begins anew the next time
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // a whole topic is read: fewer, larger requests than with Kafka's 1 MiB
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
        return new TopicScan<>(topic, consumerWith(settings));
    }

    /**
     * A member of the share group in which the run's actors take prompts.
     *
     * @param maxPrompts that one poll takes
     */
    public ShareConsumer<String, byte[]> shareConsumer(final int maxPrompts) {
        final Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, topics.actorGroup());
        // a prompt is acknowledged by hand, once its rollouts are in the log
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        // take no more than is generated at once: a prompt that waits in one actor is of no use to another
        settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPrompts);
        return new KafkaShareConsumer<>(with(settings), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** For requests about topics and groups. */
    public Admin admin() {
        return admin(config);
    }

    /** As {@link #admin()}, but a request fails after so long, instead of after Kafka's minute. */
    public Admin admin(final Duration timeout) {
        final int timeoutMs = (int) timeout.toMillis();
        return admin(with(Map.of(
                // of one attempt, so that a broker that does not answer is noticed
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                timeoutMs,
                // of all attempts together: the caller tries again by itself and says what it waits for
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                timeoutMs)));
    }

    /**
     * For requests about brokers that serve no run in particular.
     *
     * @param config how to reach them
     */
    public static Admin admin(final Map<String, Object> config) {
        return Admin.create(config);
    }

    /** What every client is given, for Kafka Streams, which constructs its clients itself. There may be secrets in it. */
    public Map<String, Object> forStreams() {
        return config;
    }

    /** Where the brokers are, for messages. */
    public String brokers() {
        return String.valueOf(config.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
    }

    /** How clients log in, for messages; {@code null} in words when nothing is set. */
    public String securityProtocol() {
        return String.valueOf(config.get(AdminClientConfig.SECURITY_PROTOCOL_CONFIG));
    }

    private Map<String, Object> with(final Map<String, Object> settings) {
        final Map<String, Object> all = new HashMap<>(config);
        all.putAll(settings);
        return all;
    }

    /** Without what the clients are told: there may be secrets in it. */
    @Override
    public String toString() {
        return "KafkaClients[run=" + topics.run() + ", settings=" + config.keySet() + "]";
    }
}
