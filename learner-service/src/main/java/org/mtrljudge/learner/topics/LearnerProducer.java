package org.mtrljudge.learner.topics;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only producer of a learner. All its records are parts of transactions under one id: a later learner of the run fences this one
 * off, and no prompt or policy of it becomes visible any more. Two threads may use it, of which one writes a policy: a transaction can
 * end with prompts of the one and chunks of the other, but what {@link #atomically} sends is in one transaction.
 */
public final class LearnerProducer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LearnerProducer.class);
    /** Each attempt waits for max.block.ms, by default one minute: a broker may be away for some minutes. */
    private static final int COMMIT_ATTEMPTS = 5;

    /** The broker aborts a transaction that is still open then. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final String run;
    private final Producer<String, byte[]> producer;
    private final Duration transactionTimeout;
    private final LongSupplier nanoTime;
    private boolean inTransaction;
    private long begunNanos;
    private @Nullable RuntimeException failure;

    /**
     * Ends a transaction that a killed predecessor left open.
     *
     * @param transactionTimeout the time after which the broker ends a transaction of this producer
     */
    public LearnerProducer(final KafkaClients clients, final Duration transactionTimeout) {
        this(
                clients.topics().run(),
                clients.transactional(clients.topics().run() + ".learner", transactionTimeout),
                transactionTimeout,
                System::nanoTime);
    }

    /**
     * @param producer for transactions; it is closed with this object
     * @param nanoTime the clock for the age of a transaction
     */
    LearnerProducer(
            final String run,
            final Producer<String, byte[]> producer,
            final Duration transactionTimeout,
            final LongSupplier nanoTime) {
        this.run = run;
        this.producer = producer;
        this.transactionTimeout = transactionTimeout;
        this.nanoTime = nanoTime;
        producer.initTransactions();
    }

    /** Sends a record within the present transaction. When there is none, one begins. After a failure nothing can be sent. */
    synchronized Future<RecordMetadata> send(final ProducerRecord<String, byte[]> message, final @Nullable Sent sent) {
        if (failure != null) {
            throw failure;
        }
        if (!inTransaction) {
            producer.beginTransaction();
            inTransaction = true;
            begunNanos = nanoTime.getAsLong();
        }
        return producer.send(message, (metadata, failure) -> {
            if (failure == null && sent != null) {
                sent.at(metadata.offset());
            }
        });
    }

    /** Receives the offset of a record, on another thread. */
    interface Sent {
        void at(long offset);
    }

    Future<RecordMetadata> send(final ProducerRecord<String, byte[]> message) {
        return send(message, null);
    }

    /** The record in the partition of its pair, see {@link Topic#inPair}. */
    ProducerRecord<String, byte[]> inPair(
            final Topic<?> topic, final ProducerRecord<String, byte[]> message, final @Nullable String pairId) {
        return topic.inPair(message, pairId, producer);
    }

    /** Sends records of which a reader sees either all or none, and ends the transaction. */
    synchronized void atomically(final Runnable sending) {
        try {
            sending.run();
            commit();
        } catch (final KafkaException e) {
            throw aborted(e);
        } catch (final RuntimeException | Error e) {
            // the other thread must not commit a part of it
            aborted(new KafkaException("records that belong together were not all sent", e));
            throw e;
        }
    }

    /** Waits until all records have reached the log. They are not visible yet. */
    void flush() {
        producer.flush();
    }

    /** Ends the transaction when it is older than this. */
    synchronized void commitAfter(final Duration limit) {
        if (inTransaction && age().compareTo(limit) > 0) {
            commit();
        }
    }

    /** The time since the begin of the newest transaction. */
    private Duration age() {
        return Duration.ofNanos(nanoTime.getAsLong() - begunNanos);
    }

    /**
     * Ends the transaction, if there is one. Its records are visible together.
     *
     * @throws LearnerException when the broker stays away for too long
     */
    synchronized void commit() {
        if (failure != null) {
            throw failure;
        }
        for (int attempt = 1; inTransaction; attempt++) {
            try {
                producer.commitTransaction();
                inTransaction = false;
            } catch (final TimeoutException e) {
                if (attempt == COMMIT_ATTEMPTS) {
                    // the broker may have committed, so the transaction must not be aborted
                    failure = new LearnerException(
                            "the broker has not confirmed the end of a transaction in " + COMMIT_ATTEMPTS
                                    + " attempts (" + e.getMessage() + "). Resume the run when the broker answers: it"
                                    + " continues from its newest checkpoint and from what is in the log",
                            e);
                    throw failure;
                }
                LOG.warn("the broker has not confirmed the end of a transaction yet: {}", e.getMessage());
            }
        }
    }

    /**
     * Aborts the transaction. After some failures, for example a missing permission, a producer cannot even abort. The broker then
     * aborts the transaction later, and the first failure is the one to report.
     *
     * @return what to throw: a {@link LearnerException} when another learner has taken over, or when the transaction took too
     *     long, else the failure
     */
    synchronized RuntimeException aborted(final KafkaException why) {
        if (failure == null) {
            failure = cause(why);
        }
        return failure;
    }

    private RuntimeException cause(final KafkaException why) {
        inTransaction = false;
        if (isFenced(why) || isFenced(why.getCause())) {
            final Duration took = age();
            // the broker ends a transaction at its time-out in the same way as it fences a producer off
            if (took.compareTo(transactionTimeout) >= 0) {
                return new LearnerException(
                        "a transaction of the learner took " + took.toSeconds() + " s, and the broker ended it after "
                                + transactionTimeout.toSeconds() + " s, so nothing of it was published. The broker was"
                                + " away, or the link to it is too slow: lower weights.max_log_mb and set weights.store",
                        why);
            }
            return new LearnerException(
                    "another learner has taken over the run " + run
                            + ", so this learner cannot publish any more: run only one learner per run",
                    why);
        }
        try {
            producer.abortTransaction();
        } catch (final KafkaException | IllegalStateException e) {
            if (e != why) {
                why.addSuppressed(e);
            }
        }
        return why;
    }

    /** Whether another producer took over the transactional id. The broker then aborts the transaction of this producer. */
    private static boolean isFenced(final @Nullable Throwable why) {
        return why instanceof ProducerFencedException || why instanceof InvalidProducerEpochException;
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }
}
