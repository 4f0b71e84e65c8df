package org.mtrljudge.schemas.topic;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.codec.AvroSerde;
import org.mtrljudge.schemas.codec.SchemaRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The only catalogue of the topics of a run. The run's name is the prefix of its topics, so runs never mix. */
public final class Topics {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    /** The most deliveries of a prompt. Kafka then drops the prompt silently, so at the last delivery the actor makes it a dead letter. */
    public static final int MAX_DELIVERIES = 10;

    /** The largest record of rollouts: the scored group, which holds it and the scores, has to fit in 16 MiB. */
    public static final int MAX_ROLLOUTS_BYTES = 15 << 20;

    private static final Map<String, String> FOR_EVER = Map.of("retention.ms", "-1", "max.message.bytes", "16777216");
    /** The characters that Kafka allows in topic names, because the name of a run is the prefix of its topics. */
    private static final Pattern RUN = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}");

    private final String run;
    private final SchemaRegistry registry;
    private final Replication replication;
    private final int partitions;
    private final Topic<PromptRequest> prompts;
    private final Topic<RolloutGroup> rollouts;
    private final Topic<ScoredGroup> scored;
    private final Topic<WeightChunk> weights;
    private final Topic<PolicyManifest> policies;
    private final Topic<TrainingStep> journal;
    private final Topic<DeadLetter> deadLetters;

    /** Topics of one partition, kept as safely as the brokers keep topics by default. */
    public Topics(final String run, final SchemaRegistry registry) {
        this(run, registry, Replication.BROKERS_DEFAULT, 1);
    }

    /** @param partitions the number of partitions that new topics of rollouts, scored groups and dead letters get */
    public Topics(
            final String run, final SchemaRegistry registry, final Replication replication, final int partitions) {
        this.run = run;
        this.registry = registry;
        this.replication = replication;
        this.partitions = partitions;
        this.prompts = topic("prompts", PromptRequest.class, 1, FOR_EVER);
        this.rollouts = topic("rollouts", RolloutGroup.class, partitions, FOR_EVER);
        this.scored = topic("scored", ScoredGroup.class, partitions, FOR_EVER);
        // the learner writes tombstones for old versions; with small segments the log cleaner removes them soon
        this.weights = topic(
                "weights",
                WeightChunk.class,
                1,
                Map.of("cleanup.policy", "compact", "segment.bytes", "67108864", "delete.retention.ms", "60000"));
        this.policies = topic("policies", PolicyManifest.class, 1, FOR_EVER);
        this.journal = topic("journal", TrainingStep.class, 1, FOR_EVER);
        this.deadLetters = topic("dead-letters", DeadLetter.class, partitions, FOR_EVER);
    }

    private <V extends SpecificRecordBase> Topic<V> topic(
            final String name, final Class<V> type, final int count, final Map<String, String> config) {
        final String fullName = run + "." + name;
        return new Topic<>(fullName, new AvroSerde<>(fullName, type, registry), count, replication, config);
    }

    /**
     * Refuses a name that cannot be the prefix of topic names, or that leads out of a folder.
     *
     * @return the name
     * @throws IllegalArgumentException when the name cannot be the name of a run
     */
    public static String checkedName(final String run) {
        if (!RUN.matcher(run).matches()) {
            throw new IllegalArgumentException(
                    "the name '" + run
                            + "' is not allowed: names have 1 to 100 letters, digits, _ or -, and start with a letter or digit");
        }
        return run;
    }

    /** The name of the run, which is the prefix of every topic name. */
    public String run() {
        return run;
    }

    /** How safely the brokers keep the topics of the run. */
    public Replication replication() {
        return replication;
    }

    /** Keyed by prompt id. */
    public Topic<PromptRequest> prompts() {
        return prompts;
    }

    /** Keyed by prompt id; both orders of a pair are in one partition, see {@link Topic#inPair}. */
    public Topic<RolloutGroup> rollouts() {
        return rollouts;
    }

    /** Keyed by prompt id. */
    public Topic<ScoredGroup> scored() {
        return scored;
    }

    /** Keyed by version and chunk. */
    public Topic<WeightChunk> weights() {
        return weights;
    }

    /** Keyed by run. */
    public Topic<PolicyManifest> policies() {
        return policies;
    }

    /** Keyed by run. */
    public Topic<TrainingStep> journal() {
        return journal;
    }

    /** The key is the key of the record that could not be processed; in the partition of its pair, as rollouts. */
    public Topic<DeadLetter> deadLetters() {
        return deadLetters;
    }

    /** The scored groups of a replay, keyed by prompt id. */
    public Topic<ScoredGroup> scored(final String replay) {
        return topic("scored." + replay, ScoredGroup.class, partitions, FOR_EVER);
    }

    /** The dead letters of a replay. They are not in the run's own topic, because its learner takes those as answers. */
    public Topic<DeadLetter> deadLetters(final String replay) {
        return topic("dead-letters." + replay, DeadLetter.class, partitions, FOR_EVER);
    }

    /** The topics that every run has. The topics of a replay are additional. */
    public List<Topic<?>> all() {
        return List.of(prompts, rollouts, scored, weights, policies, journal, deadLetters);
    }

    /**
     * Asks once whether the registry of the schemas can be used.
     *
     * @throws org.mtrljudge.schemas.codec.RegistryException when it cannot
     */
    public void checkRegistry() {
        registry.check();
    }

    /** The share group through which the actors of the run take prompts. */
    public String actorGroup() {
        return run + ".actors";
    }

    /** The settings of that group at the broker. */
    public Map<String, String> actorGroupConfig() {
        // a live actor renews its locks; the prompts of a dead actor go to another actor 15 s after the last renewal
        return Map.of(
                "share.auto.offset.reset", "earliest",
                // a prompt counts only when its transaction is committed
                "share.isolation.level", "read_committed",
                "share.record.lock.duration.ms", "15000",
                "share.renew.acknowledge.enable", "true",
                "share.delivery.count.limit", String.valueOf(MAX_DELIVERIES));
    }

    /**
     * Creates the topics of a run that are missing, registers their schemas, and sets up the share group of its actors.
     *
     * @throws org.mtrljudge.schemas.codec.RegistryException when the registry has lost the schemas of the run, or cannot do its work
     */
    public void prepare(final Admin admin) throws InterruptedException, ExecutionException {
        TopicAdmin.requireSchemas(all(), admin);
        TopicAdmin.create(all(), admin);
        // also of topics that others write: from now on, where a subject is absent, its schemas are lost
        all().forEach(topic -> topic.valueSerde().register());
        final List<AlterConfigOp> settings = actorGroupConfig().entrySet().stream()
                .map(e -> new AlterConfigOp(new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, actorGroup()), settings))
                .all()
                .get();
    }

    /** Says in the log which topics of the run would be lost with one disk, because the brokers keep one copy of them. */
    public void warnOfSingleCopies(final Admin admin) throws InterruptedException, ExecutionException {
        final List<String> once = keptOnce(admin);
        if (!once.isEmpty()) {
            LOG.warn(
                    "the brokers keep only one copy of {}: with its disk, the run is lost."
                            + " broker.replication_factor sets the number of copies of new topics",
                    String.join(", ", once));
        }
    }

    /** The names of the topics of the run of which the brokers keep only one copy. */
    public List<String> keptOnce(final Admin admin) throws InterruptedException, ExecutionException {
        return admin.describeTopics(all().stream().map(Topic::name).toList()).allTopicNames().get().values().stream()
                .filter(topic -> topic.partitions().stream()
                        .anyMatch(partition -> partition.replicas().size() == 1))
                .map(TopicDescription::name)
                .sorted()
                .toList();
    }
}
