package org.mtrljudge.actor;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The loop of an actor: fetch the newest weights, take prompts from the share group, write rollouts to the log, acknowledge the prompts.
 * An actor has no state of its own: if it is killed at any moment, its prompts go to another actor.
 */
public final class Actor implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Actor.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String SERVICE = "actor";

    private final ActorSettings settings;
    private final Topics topics;
    private final GenerationEngine engine;
    private final ActorMetrics metrics;
    private final RolloutMaker maker;
    private final PolicyReader policies;
    private final PromptQueue prompts;
    private final ExecutorService generator;
    private final Producer<String, byte[]> producer;
    private volatile boolean stopping;
    private volatile int policyVersion = -1;
    private volatile @Nullable Exception failed;

    /**
     * Takes over the engine and closes it at the end.
     *
     * @param store the store of the policies that are too large for the log; null: there is no store
     */
    public Actor(
            final ActorSettings settings,
            final KafkaClients clients,
            final @Nullable PolicyStore store,
            final GenerationEngine engine,
            final ActorMetrics metrics,
            final Clock clock) {
        this.settings = settings;
        this.topics = clients.topics();
        this.engine = engine;
        this.metrics = metrics;
        this.maker = new RolloutMaker(engine, settings.id(), clock);
        this.policies = new PolicyReader(clients, store);
        this.prompts = new PromptQueue(clients, settings.maxPrompts());
        this.generator = Executors.newSingleThreadExecutor(task -> new Thread(task, settings.id() + "-generator"));
        this.producer = clients.producer();
    }

    @Override
    public void run() {
        try {
            onGenerator(() -> {
                engine.begin();
                return true;
            });
            while (!stopping) {
                useNewestWeights(Duration.ZERO);
                final List<ConsumerRecord<String, byte[]>> records = prompts.acquire(POLL);
                metrics.holds(records.size());
                if (!records.isEmpty()) {
                    handle(records);
                }
            }
        } catch (final WakeupException | InterruptException e) {
            LOG.debug("{} was woken to stop", settings.id());
        }
    }

    private void useNewestWeights(final Duration wait) {
        final Optional<Policy> policy = policies.poll(wait);
        policy.ifPresent(p -> {
            try (p) {
                maker.use(p);
            }
            policyVersion = p.version();
            metrics.usesPolicy(p.version());
            // every log line of this thread contains the version
            MDC.put("policyVersion", String.valueOf(p.version()));
            LOG.info("{} took policy version {}", settings.id(), p.version());
        });
    }

    private void handle(final List<ConsumerRecord<String, byte[]>> records) {
        final Map<PromptRequest, ConsumerRecord<String, byte[]>> requests = readable(records);
        final Set<Long> postponed = postponeAllButOneSuspect(requests);
        final List<PromptRequest> order = new ArrayList<>(requests.keySet());
        waitForVersion(
                order.stream()
                        .mapToInt(PromptRequest::getMinPolicyVersion)
                        .max()
                        .orElse(-1),
                order.size());
        // even if the weights have arrived: the prompts go to another actor
        if (stopping) {
            prompts.release();
            return;
        }
        final Runnable look = settings.inFlightUpdate() ? () -> useNewestWeights(Duration.ZERO) : () -> {};
        final long start = System.nanoTime();
        final List<RolloutMaker.Outcome> outcomes = onGenerator(() -> maker.rollOut(order, look));
        metrics.worked(Duration.ofNanos(System.nanoTime() - start));
        for (final RolloutMaker.Outcome outcome : outcomes) {
            final PromptRequest prompt = outcome.prompt();
            if (outcome instanceof RolloutMaker.Outcome.Rolled rolled) {
                send(topics.rollouts().message(prompt.getPromptId(), rolled.group()));
                metrics.generated(rolled.group());
            } else if (outcome instanceof RolloutMaker.Outcome.Refused refused) {
                refuse(Objects.requireNonNull(requests.get(prompt)), prompt, refused.reason());
            }
        }
        // a prompt is acknowledged only when its rollouts are in the log
        producer.flush();
        throwIfAWriteFailed();
        prompts.acknowledge(record -> !postponed.contains(record.offset()));
    }

    /**
     * Keeps only one prompt if its actors died repeatedly. If that prompt is the reason, the other prompts do not fail with it.
     *
     * @return the offsets of the other prompts, which are postponed; empty where no prompt is suspected
     */
    private Set<Long> postponeAllButOneSuspect(final Map<PromptRequest, ConsumerRecord<String, byte[]>> requests) {
        final Optional<PromptRequest> suspect = requests.entrySet().stream()
                .filter(entry -> 2 * deliveries(entry.getValue()) > settings.maxDeliveries())
                .map(Map.Entry::getKey)
                .findFirst();
        final Set<Long> postponed = new HashSet<>();
        suspect.ifPresent(alone -> requests.entrySet().removeIf(entry -> {
            final boolean other = !entry.getKey().equals(alone);
            return other && postponed.add(entry.getValue().offset());
        }));
        return postponed;
    }

    private static int deliveries(final ConsumerRecord<String, byte[]> record) {
        return record.deliveryCount().orElse((short) 1);
    }

    /** The prompts that can be decoded and have deliveries left, in their order. The others become dead letters. */
    private Map<PromptRequest, ConsumerRecord<String, byte[]>> readable(
            final List<ConsumerRecord<String, byte[]>> records) {
        final Map<PromptRequest, ConsumerRecord<String, byte[]>> requests = new LinkedHashMap<>();
        for (final ConsumerRecord<String, byte[]> record : records) {
            try {
                final PromptRequest request = topics.prompts().valueSerde().decode(record.value());
                if (deliveries(record) >= settings.maxDeliveries()) {
                    refuse(record, request, "this is delivery " + deliveries(record) + ": no actor lived to answer it");
                } else {
                    requests.put(request, record);
                }
            } catch (final SerializationException e) {
                refuse(record, null, String.valueOf(e.getMessage()));
            }
        }
        return requests;
    }

    /** Runs work on the generator thread, while the calling thread renews the locks of the prompts. */
    private <T> T onGenerator(final Callable<T> work) {
        final Future<T> result = generator.submit(work);
        while (true) {
            try {
                return result.get(prompts.renewalMs(), TimeUnit.MILLISECONDS);
            } catch (final TimeoutException e) {
                prompts.renew();
            } catch (final ExecutionException e) {
                throw e.getCause() instanceof RuntimeException own ? own : new IllegalStateException(e.getCause());
            } catch (final InterruptedException e) {
                throw new InterruptException(e);
            }
        }
    }

    private void waitForVersion(final int version, final int promptsInHand) {
        if (maker.version() < version) {
            LOG.info("{} holds {} prompts and waits for policy version {}", settings.id(), promptsInHand, version);
        }
        long renewed = System.nanoTime();
        while (maker.version() < version && !stopping) {
            useNewestWeights(POLL);
            if (System.nanoTime() - renewed > TimeUnit.MILLISECONDS.toNanos(prompts.renewalMs())) {
                prompts.renew();
                renewed = System.nanoTime();
            }
        }
    }

    private void refuse(
            final ConsumerRecord<String, byte[]> record, final @Nullable PromptRequest prompt, final String reason) {
        final String promptId = prompt == null ? null : prompt.getPromptId();
        metrics.dead();
        LOG.warn("prompt {} at offset {} is a dead letter: {}", promptId, record.offset(), reason);
        final ByteBuffer payload = ByteBuffer.wrap(Objects.requireNonNullElse(record.value(), new byte[0]));
        send(topics.deadLetters()
                .message(
                        String.valueOf(record.key()),
                        DeadLetters.inPair(
                                DeadLetters.of(
                                        promptId,
                                        record.topic(),
                                        record.partition(),
                                        record.offset(),
                                        SERVICE,
                                        reason,
                                        payload),
                                prompt == null ? null : prompt.getPairId())));
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

    /** The version of the current policy; −1 before the first policy. Any thread may call it. */
    int policyVersion() {
        return policyVersion;
    }

    /** Ends the loop after the current prompts. */
    public void stop() {
        stopping = true;
    }

    /** Closes all resources. Call it after {@link #run} has returned. */
    @Override
    public void close() {
        generator.shutdown();
        prompts.close();
        producer.close();
        policies.close();
        engine.close();
    }
}
