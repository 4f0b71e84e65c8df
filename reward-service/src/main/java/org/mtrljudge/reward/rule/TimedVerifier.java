package org.mtrljudge.reward.rule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * A plug-in verifier with a time limit. A call that does not return in time is interrupted and abandoned. Java cannot end such a call,
 * and each can keep a core busy for ever. So the verifier is not called while {@link #MAX_HANGING} abandoned calls still run, nor while
 * as many calls of the last {@link #WINDOW} took too long. It gets another chance afterwards: its server may have been restarted.
 */
final class TimedVerifier implements Verifier {
    static final int MAX_HANGING = 4;

    static final Duration WINDOW = Duration.ofMinutes(10);

    private final Verifier verifier;
    private final long timeoutMs;
    private final LongSupplier nanoTime;
    // when the calls of the window took too long
    private final Deque<Long> tooLong = new ArrayDeque<>();
    private final List<ExecutorService> abandoned = new ArrayList<>();
    private ExecutorService thread;

    TimedVerifier(final Verifier verifier, final long timeoutMs) {
        this(verifier, timeoutMs, System::nanoTime);
    }

    /** @param nanoTime the clock of the window */
    TimedVerifier(final Verifier verifier, final long timeoutMs, final LongSupplier nanoTime) {
        this.verifier = verifier;
        this.timeoutMs = timeoutMs;
        this.nanoTime = nanoTime;
        this.thread = newThread();
    }

    private ExecutorService newThread() {
        return Executors.newSingleThreadExecutor(task -> {
            final Thread made = new Thread(task, "verifier-" + verifier.name());
            made.setDaemon(true);
            return made;
        });
    }

    long timeoutMs() {
        return timeoutMs;
    }

    @Override
    public String name() {
        return verifier.name();
    }

    @Override
    public Set<String> components() {
        return verifier.components();
    }

    @Override
    public synchronized Verification verify(final Judged completion) {
        refuseWhileItHangs();
        final Future<Verification> answer = thread.submit(() -> verifier.verify(completion));
        try {
            return answer.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            tooLong.add(nanoTime.getAsLong());
            thread.shutdownNow();
            abandoned.add(thread);
            thread = newThread();
            throw new IllegalStateException("no answer within " + timeoutMs + " ms", e);
        } catch (final ExecutionException e) {
            if (e.getCause() instanceof RuntimeException own) {
                throw own;
            }
            throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
        } catch (final InterruptedException e) {
            thread.shutdownNow();
            thread = newThread();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void refuseWhileItHangs() {
        abandoned.removeIf(ExecutorService::isTerminated);
        tooLong.removeIf(at -> nanoTime.getAsLong() - at > WINDOW.toNanos());
        if (abandoned.size() >= MAX_HANGING) {
            throw new IllegalStateException(
                    "not called, because " + abandoned.size() + " of its calls still run after more than " + timeoutMs
                            + " ms: correct the verifier and restart this service");
        }
        if (tooLong.size() >= MAX_HANGING) {
            throw new IllegalStateException("not called for some minutes, because " + tooLong.size() + " calls in "
                    + WINDOW.toMinutes() + " minutes took longer than " + timeoutMs
                    + " ms: correct the verifier, or raise reward.plugin_timeout_ms");
        }
    }
}
