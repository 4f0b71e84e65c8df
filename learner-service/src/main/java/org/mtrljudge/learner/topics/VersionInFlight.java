package org.mtrljudge.learner.topics;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.mtrljudge.learner.event.LearnerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A policy version that a thread of its own writes. */
final class VersionInFlight {
    private static final Logger LOG = LoggerFactory.getLogger(VersionInFlight.class);
    private static final long LOOK_MS = 100;
    private final FutureTask<PolicyWriter.Written> task;

    private VersionInFlight(final FutureTask<PolicyWriter.Written> task) {
        this.task = task;
    }

    /** @param name the name of the thread */
    static VersionInFlight start(final String name, final Supplier<PolicyWriter.Written> work) {
        final FutureTask<PolicyWriter.Written> task = new FutureTask<>(work::get);
        final Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return new VersionInFlight(task);
    }

    /** Whether the version is in the log, or cannot be written. */
    boolean isDone() {
        return task.isDone();
    }

    /**
     * Waits until the version is in the log.
     *
     * @param health is called while it waits, and may throw
     * @throws RuntimeException the reason why the version cannot be written
     */
    PolicyWriter.Written await(final Runnable health) {
        try {
            while (!look()) {
                health.run();
            }
            return task.get();
        } catch (final InterruptedException e) {
            throw new InterruptException(e);
        } catch (final ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new LearnerException("a policy version could not be written: " + e.getCause(), e);
        }
    }

    private boolean look() throws InterruptedException, ExecutionException {
        try {
            task.get(LOOK_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (final TimeoutException e) {
            return false;
        }
    }

    /** Waits for the end of the thread, also when this thread is interrupted. The limits of Kafka's producer are its limits. */
    void settle() {
        boolean interrupted = false;
        while (!task.isDone()) {
            try {
                look();
            } catch (final InterruptedException e) {
                interrupted = true;
            } catch (final ExecutionException e) {
                LOG.debug("a version was not written", e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
