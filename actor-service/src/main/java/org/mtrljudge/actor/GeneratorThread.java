package org.mtrljudge.actor;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.InterruptException;

/** The only thread that uses the engine of an actor. The actor's own thread keeps the prompts locked meanwhile. */
final class GeneratorThread {
    /** The first piece includes the encoding of the prompts, and the first generation warms up. */
    private static final Duration SHORTEST_LIMIT = Duration.ofSeconds(30);

    private static final int PIECES = 3;

    /** The part of the shortest limit for which the result of an abandoned work is awaited: a process that is stopped ends soon after. */
    private static final int SHORT_WAIT = 6;

    /** The time after which it is looked again whether the work was abandoned. */
    private static final long LOOK_MS = 500;

    private final ExecutorService thread;
    private final Duration shortestLimit;
    private volatile long abandonedNanos;
    private volatile boolean abandoned;
    private volatile long longestPieceNanos;
    private long pieceSinceNanos;

    GeneratorThread(final String name) {
        this(name, SHORTEST_LIMIT);
    }

    GeneratorThread(final String name, final Duration shortestLimit) {
        this.shortestLimit = shortestLimit;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            final Thread made = new Thread(task, name);
            // it never keeps a process alive that wants to end
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * Runs work on this thread and waits for it. If the work is abandoned, its result is awaited for a short time only. The thread may
     * still work after that, see {@link #end}.
     *
     * @param dueInMs the time until the other work is due, in ms; zero or less: it is due now
     * @param meanwhile is run on the calling thread whenever it is due, also before the first wait
     * @throws CancellationException when the work was abandoned
     */
    <T> T call(final Callable<T> work, final LongSupplier dueInMs, final Runnable meanwhile) {
        final Future<T> result = thread.submit(() -> {
            pieceSinceNanos = System.nanoTime();
            throwIfAbandoned();
            return work.call();
        });
        while (true) {
            if (dueInMs.getAsLong() <= 0) {
                meanwhile.run();
            }
            try {
                return result.get(Math.min(LOOK_MS, dueInMs.getAsLong()), TimeUnit.MILLISECONDS);
            } catch (final TimeoutException e) {
                if (abandoned && System.nanoTime() - abandonedNanos > shortestLimit.toNanos() / SHORT_WAIT) {
                    throw new CancellationException("the work was abandoned, and did not end soon");
                }
            } catch (final ExecutionException e) {
                throw e.getCause() instanceof RuntimeException own ? own : new IllegalStateException(e.getCause());
            } catch (final InterruptedException e) {
                throw new InterruptException(e);
            }
        }
    }

    /** Has to be called on this thread between two pieces of a long work, so that the work can be abandoned there. */
    void betweenPieces() {
        final long now = System.nanoTime();
        longestPieceNanos = Math.max(longestPieceNanos, now - pieceSinceNanos);
        pieceSinceNanos = now;
        throwIfAbandoned();
    }

    private void throwIfAbandoned() {
        if (abandoned) {
            throw new CancellationException("the work was abandoned");
        }
    }

    /** Makes the work end with the current piece, and lets no other begin. Any thread may call it. */
    void abandon() {
        if (!abandoned) {
            abandonedNanos = System.nanoTime();
            abandoned = true;
        }
    }

    /** The longest time that the thread may need to end: some times the longest piece that it was seen to work on. */
    Duration limit() {
        final Duration pieces = Duration.ofNanos(longestPieceNanos).multipliedBy(PIECES);
        return pieces.compareTo(shortestLimit) > 0 ? pieces : shortestLimit;
    }

    /**
     * Abandons the work and waits until the thread has ended.
     *
     * @return false when the thread still works after the limit, so what it uses must not be freed
     */
    boolean end() {
        abandon();
        thread.shutdown();
        try {
            return thread.awaitTermination(limit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return thread.isTerminated();
        }
    }
}
