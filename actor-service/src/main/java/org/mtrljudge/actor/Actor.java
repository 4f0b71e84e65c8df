package org.mtrljudge.actor;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.policy.PolicyStore;
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

    private final ActorSettings settings;
    private final Topics topics;
    private final GenerationEngine engine;
    private final ActorMetrics metrics;
    private final PolicyReader policies;
    private final ActorWeights weights;
    private final PromptQueue prompts;
    private final GeneratorThread generator;
    private final RolloutWriter writer;
    private final PromptAnswers answers;
    private volatile boolean stopping;

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
        final RolloutMaker maker = new RolloutMaker(engine, settings.id(), clock);
        final PendingPolicies pending = new PendingPolicies(clock, metrics::skippedPolicy);
        this.policies = new PolicyReader(clients, store, pending);
        this.weights = new ActorWeights(policies::poll, pending, maker, metrics, clock);
        this.prompts = new PromptQueue(topics.prompts().name(), clients::shareConsumer, settings.maxPrompts(), metrics);
        this.generator = new GeneratorThread(settings.id() + "-generator");
        this.writer = new RolloutWriter(clients, metrics);
        // a folder that is away gets the time that weights get
        this.answers = new PromptAnswers(maker, writer, metrics, clock, settings.weightsTimeout(), this::betweenPieces);
    }

    @Override
    public void run() {
        try {
            onGenerator(() -> {
                engine.begin();
                return true;
            });
            while (!stopping) {
                useNewestWeights();
                awaitEngine();
                if (stopping) {
                    return;
                }
                final List<ConsumerRecord<String, byte[]>> taken = prompts.acquire(POLL);
                metrics.holds(taken.size());
                if (!taken.isEmpty()) {
                    handle(taken);
                }
            }
        } catch (final WakeupException | InterruptException e) {
            LOG.debug("{} was woken to stop", settings.id());
        } catch (final CancellationException e) {
            LOG.info("{} ends within its generation, and its prompts go to another actor", settings.id());
            prompts.release();
        }
    }

    private void useNewestWeights() {
        onGenerator(() -> {
            weights.useNewest(Duration.ZERO);
            return weights.catchUp(settings.weightsTimeout(), () -> stopping);
        });
        logVersion();
    }

    /** An actor that cannot generate takes no prompts, which others can answer. */
    private void awaitEngine() {
        onGenerator(() -> {
            while (!engine.isReady() && !stopping) {
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
                generator.betweenPieces();
            }
            return true;
        });
    }

    private void logVersion() {
        if (weights.version() >= 0) {
            // every log line of this thread contains the version
            MDC.put("policyVersion", String.valueOf(weights.version()));
        }
    }

    /** Answers the prompts that were taken, batch after batch. Each batch is acknowledged before the next is tried. */
    private void handle(final List<ConsumerRecord<String, byte[]>> taken) {
        final Map<ConsumerRecord<String, byte[]>, PromptRequest> requests = readable(taken);
        for (final List<ConsumerRecord<String, byte[]>> batch : PromptBatches.of(requests.keySet())) {
            // an actor that is stopped answers what it has taken: a prompt that it releases untried has lost a delivery
            if (!reachVersion(batch, requests)) {
                prompts.release();
                return;
            }
            answer(batch, requests);
        }
        // where prompts are suspected, one is taken per poll: if it kills its actor, no other was delivered in vain
        prompts.takeAtMost(taken.stream().anyMatch(PromptBatches::isSuspected) ? 1 : settings.maxPrompts());
    }

    private void answer(
            final List<ConsumerRecord<String, byte[]>> batch,
            final Map<ConsumerRecord<String, byte[]>, PromptRequest> requests) {
        final Map<ConsumerRecord<String, byte[]>, PromptRequest> asked = new LinkedHashMap<>();
        batch.forEach(record -> asked.put(record, Objects.requireNonNull(requests.get(record))));
        // a prompt is acknowledged only when its answer is in the log
        if (onGenerator(() -> answers.answer(asked))) {
            prompts.accept(batch);
        } else {
            prompts.release(batch);
        }
    }

    private void betweenPieces() {
        generator.betweenPieces();
        if (settings.inFlightUpdate()) {
            weights.useNewest(Duration.ZERO);
        }
    }

    /** The prompts that can be decoded and have deliveries left, in their order. The others become dead letters. */
    private Map<ConsumerRecord<String, byte[]>, PromptRequest> readable(
            final List<ConsumerRecord<String, byte[]>> records) {
        final Map<ConsumerRecord<String, byte[]>, PromptRequest> requests = new LinkedHashMap<>();
        final List<ConsumerRecord<String, byte[]>> refused = new ArrayList<>();
        onGenerator(() -> {
            records.forEach(record -> {
                final PromptRequest request = readOrRefuse(record);
                if (request == null) {
                    refused.add(record);
                } else {
                    requests.put(record, request);
                }
            });
            writer.flush();
            return true;
        });
        if (!refused.isEmpty()) {
            prompts.accept(refused);
        }
        return requests;
    }

    /** @return null when the prompt is a dead letter now */
    private @Nullable PromptRequest readOrRefuse(final ConsumerRecord<String, byte[]> record) {
        final int deliveries = PromptBatches.deliveries(record);
        try {
            final PromptRequest request = topics.prompts().valueSerde().decode(record.value());
            if (deliveries < settings.maxDeliveries()) {
                return request;
            }
            writer.refuse(
                    record,
                    request,
                    "this is delivery " + deliveries + " of " + settings.maxDeliveries()
                            + ", and no actor answered it: each died, lost its lock, or was stopped, maybe before it tried"
                            + " this prompt");
        } catch (final SerializationException e) {
            writer.refuse(record, null, String.valueOf(e.getMessage()));
        }
        return null;
    }

    /** Runs work on the generator thread, while the calling thread renews the locks of the prompts. */
    private <T> T onGenerator(final Callable<T> work) {
        return generator.call(work, prompts::dueInMs, prompts::renew);
    }

    private boolean reachVersion(
            final List<ConsumerRecord<String, byte[]>> batch,
            final Map<ConsumerRecord<String, byte[]>, PromptRequest> requests) {
        final int wanted = batch.stream()
                .mapToInt(record -> Objects.requireNonNull(requests.get(record)).getMinPolicyVersion())
                .max()
                .orElse(-1);
        if (weights.version() < wanted) {
            LOG.info("{} holds {} prompts and waits for policy version {}", settings.id(), batch.size(), wanted);
        }
        final boolean reached = onGenerator(() -> weights.reach(wanted, settings.weightsTimeout(), () -> stopping));
        logVersion();
        return reached;
    }

    /** The version of the current policy; −1 before the first policy. Any thread may call it. */
    int policyVersion() {
        return weights.version();
    }

    /** Ends the loop after the prompts that were taken. */
    public void stop() {
        stopping = true;
    }

    /** Ends the loop within the current prompts, after the current piece of tokens or a few seconds. They go to another actor. */
    public void abandon() {
        stopping = true;
        generator.abandon();
    }

    /** Closes all resources. Call it after {@link #run} has returned. */
    @Override
    public void close() {
        try {
            // what it still holds goes to another actor at once
            prompts.close();
            writer.close();
        } finally {
            if (generator.end()) {
                policies.close();
                engine.close();
            } else {
                LOG.error(
                        "the generator of {} did not end in {} s: its engine is not freed, the end of the process does"
                                + " that",
                        settings.id(),
                        generator.limit().toSeconds());
            }
        }
    }
}
