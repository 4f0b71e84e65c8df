package org.mtrljudge.actor;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.JudgeModule;
import org.mtrljudge.schemas.DeadLetters;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actor's loop: newest weights, prompts from the share group, rollouts into the log, then the acknowledgement. It keeps
 * nothing: killed at any moment, its prompts go to another actor.
 */
public final class Actor implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Actor.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String SERVICE = "actor";

    private final ActorSettings settings;
    private final Topics topics;
    private final JudgeModel model;
    private final RolloutMaker maker;
    private final PolicyReader policies;
    private final ShareConsumer<String, byte[]> prompts;
    private final Producer<String, byte[]> producer;
    private volatile boolean stopping;
    private volatile @Nullable Exception failed;

    /** Takes over the model and closes it in the end. */
    public Actor(
            final ActorSettings settings,
            final Topics topics,
            final Map<String, Object> kafka,
            final JudgeModel model,
            final Path dataRoot,
            final Clock clock) {
        this.settings = settings;
        this.topics = topics;
        this.model = model;
        this.maker = new RolloutMaker(model, settings.id(), dataRoot, clock);
        this.policies = new PolicyReader(topics, kafka);
        this.prompts = new KafkaShareConsumer<>(
                consumerConfig(kafka, topics, settings), new StringDeserializer(), new ByteArrayDeserializer());
        this.producer = new KafkaProducer<>(producerConfig(kafka), new StringSerializer(), new ByteArraySerializer());
        prompts.subscribe(List.of(topics.prompts().name()));
    }

    private static Map<String, Object> consumerConfig(
            final Map<String, Object> kafka, final Topics topics, final ActorSettings settings) {
        final Map<String, Object> config = new HashMap<>(kafka);
        config.put("group.id", topics.actorGroup());
        config.put("share.acknowledgement.mode", "explicit");
        // take no more than is generated at once: what lies in one actor's hands is no use to another
        config.put("share.acquire.mode", "record_limit");
        config.put("max.poll.records", settings.maxPrompts());
        return config;
    }

    private static Map<String, Object> producerConfig(final Map<String, Object> kafka) {
        final Map<String, Object> config = new HashMap<>(kafka);
        config.put("enable.idempotence", "true");
        config.put("acks", "all");
        config.put("max.request.size", 16 << 20);
        return config;
    }

    @Override
    public void run() {
        JudgeModule.useThreads(settings.threads());
        try {
            while (!stopping) {
                takeNewestWeights(Duration.ZERO);
                final var records = prompts.poll(POLL);
                if (!records.isEmpty()) {
                    handle(records);
                }
            }
        } catch (final WakeupException | InterruptException e) {
            LOG.debug("{} was woken to stop", settings.id());
        }
    }

    private void takeNewestWeights(final Duration wait) {
        final Optional<Policy> policy = policies.poll(wait);
        policy.ifPresent(p -> {
            maker.take(p);
            LOG.info("{} took policy version {}", settings.id(), p.version());
        });
    }

    private void handle(final Iterable<ConsumerRecord<String, byte[]>> records) {
        final Map<PromptRequest, ConsumerRecord<String, byte[]>> requests = new HashMap<>();
        final List<PromptRequest> order = new ArrayList<>();
        for (final ConsumerRecord<String, byte[]> record : records) {
            try {
                final PromptRequest request = topics.prompts().valueSerde().decode(record.value());
                requests.put(request, record);
                order.add(request);
            } catch (final SerializationException e) {
                refuse(record, null, String.valueOf(e.getMessage()));
            }
        }
        waitForVersion(
                order.stream()
                        .mapToInt(PromptRequest::getMinPolicyVersion)
                        .max()
                        .orElse(-1),
                order.size());
        if (stopping) { // with or without the weights: the prompts in hand go to another actor
            records.forEach(record -> prompts.acknowledge(record, AcknowledgeType.RELEASE));
            prompts.commitSync();
            return;
        }
        for (final RolloutMaker.Outcome outcome : maker.roll(order)) {
            final PromptRequest prompt = outcome.prompt();
            if (outcome instanceof RolloutMaker.Outcome.Rolled rolled) {
                send(topics.rollouts().message(prompt.getPromptId(), rolled.group()));
            } else if (outcome instanceof RolloutMaker.Outcome.Refused refused) {
                refuse(Objects.requireNonNull(requests.get(prompt)), prompt.getPromptId(), refused.reason());
            }
        }
        producer.flush(); // a prompt is acknowledged only when its rollouts are in the log
        throwIfAWriteFailed();
        for (final ConsumerRecord<String, byte[]> record : records) {
            prompts.acknowledge(record, AcknowledgeType.ACCEPT);
        }
        prompts.commitSync();
    }

    private void waitForVersion(final int version, final int promptsInHand) {
        if (maker.version() < version) {
            LOG.info("{} holds {} prompts and waits for policy version {}", settings.id(), promptsInHand, version);
        }
        while (maker.version() < version && !stopping) {
            takeNewestWeights(POLL);
        }
    }

    private void refuse(
            final ConsumerRecord<String, byte[]> record, final @Nullable String promptId, final String reason) {
        LOG.warn("prompt {} at offset {} is a dead letter: {}", promptId, record.offset(), reason);
        final ByteBuffer payload = ByteBuffer.wrap(record.value());
        send(topics.deadLetters()
                .message(
                        String.valueOf(record.key()),
                        DeadLetters.of(
                                promptId,
                                record.topic(),
                                record.partition(),
                                record.offset(),
                                SERVICE,
                                reason,
                                payload)));
    }

    private void send(final ProducerRecord<String, byte[]> record) {
        producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                LOG.error("{} could not write to {}", settings.id(), record.topic(), failure);
                failed = failure;
            }
        });
        throwIfAWriteFailed();
    }

    private void throwIfAWriteFailed() {
        if (failed != null) {
            throw new KafkaException("rollouts could not be written: " + failed.getMessage(), failed);
        }
    }

    /** Ends the loop after the prompts in hand. */
    public void stop() {
        stopping = true;
    }

    /** Frees everything; call it after {@link #run} has returned. */
    @Override
    public void close() {
        prompts.close();
        producer.close();
        policies.close();
        model.close();
    }
}
