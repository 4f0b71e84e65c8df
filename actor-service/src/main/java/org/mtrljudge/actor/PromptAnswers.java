package org.mtrljudge.actor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.mtrljudge.actor.engine.ServerAwayException;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.UnreadableImageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a batch of prompts in the log, with rollout groups or dead letters. Only the generator thread uses it, because generation, the
 * disk of the images, the schema registry and the brokers may all take long.
 */
final class PromptAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(PromptAnswers.class);

    private final RolloutMaker maker;
    private final RolloutWriter writer;
    private final ActorMetrics metrics;
    private final InstantSource clock;
    private final Duration patience;
    private final Runnable betweenPieces;

    /**
     * @param patience how long to wait for the folder of the images while it is away, and for a server that cannot answer
     * @param betweenPieces is called between two pieces of work; it may throw to end the work
     */
    PromptAnswers(
            final RolloutMaker maker,
            final RolloutWriter writer,
            final ActorMetrics metrics,
            final InstantSource clock,
            final Duration patience,
            final Runnable betweenPieces) {
        this.maker = maker;
        this.writer = writer;
        this.metrics = metrics;
        this.clock = clock;
        this.patience = patience;
        this.betweenPieces = betweenPieces;
    }

    /**
     * Answers all prompts of a batch. A prompt that was tried alone because it is suspected, and whose image cannot be read, becomes a
     * dead letter.
     *
     * @return whether the answers are in the log. If not, an image of the batch cannot be read or the server is away, and the prompts have to be
     *     tried again
     * @throws IllegalStateException when the folder of the images is away for too long
     */
    boolean answer(final Map<ConsumerRecord<String, byte[]>, PromptRequest> batch) {
        try {
            write(batch, rolledOut(List.copyOf(batch.values())));
        } catch (final ServerAwayException e) {
            LOG.warn("{} prompts go back: {}", batch.size(), e.getMessage());
            return false;
        } catch (final UnreadableImageException e) {
            if (batch.size() > 1 || batch.keySet().stream().noneMatch(PromptBatches::isSuspected)) {
                LOG.warn("{} prompts go back, because one cannot be read now: {}", batch.size(), e.getMessage());
                return false;
            }
            batch.forEach((record, request) ->
                    writer.refuse(record, request, "several actors could not read an image of it: " + e.getMessage()));
        }
        writer.flush();
        return true;
    }

    private List<RolloutMaker.Outcome> rolledOut(final List<PromptRequest> asked) {
        final long deadlineMs = clock.millis() + patience.toMillis();
        while (true) {
            try {
                final long start = System.nanoTime();
                final List<RolloutMaker.Outcome> outcomes = maker.rollOut(asked, betweenPieces);
                metrics.worked(Duration.ofNanos(System.nanoTime() - start));
                return outcomes;
            } catch (final ServerAwayException e) {
                if (e.isGone()) {
                    throw e;
                }
                if (clock.millis() > deadlineMs) {
                    throw new IllegalStateException(
                            "no prompt was answered for " + patience.toSeconds() + " s: " + e.getMessage(), e);
                }
                LOG.warn("{} prompts are held and asked again: {}", asked.size(), e.getMessage());
                betweenPieces.run();
            } catch (final UnreadableImageException e) {
                if (!e.isRootAway()) {
                    throw e;
                }
                if (clock.millis() > deadlineMs) {
                    throw new IllegalStateException(
                            "no images for " + patience.toSeconds() + " s: " + e.getMessage(), e);
                }
                LOG.warn("{} prompts are held until their images can be read: {}", asked.size(), e.getMessage());
                betweenPieces.run();
            }
        }
    }

    private void write(
            final Map<ConsumerRecord<String, byte[]>, PromptRequest> batch, final List<RolloutMaker.Outcome> outcomes) {
        final Map<PromptRequest, ConsumerRecord<String, byte[]>> records = new LinkedHashMap<>();
        batch.forEach((record, request) -> records.put(request, record));
        for (final RolloutMaker.Outcome outcome : outcomes) {
            final ConsumerRecord<String, byte[]> record = Objects.requireNonNull(records.get(outcome.prompt()));
            if (outcome instanceof RolloutMaker.Outcome.Rolled rolled) {
                writer.write(record, rolled.group());
            } else if (outcome instanceof RolloutMaker.Outcome.Refused refused) {
                writer.refuse(record, outcome.prompt(), refused.reason());
            }
        }
    }
}
