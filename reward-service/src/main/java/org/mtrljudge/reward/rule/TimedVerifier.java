package org.mtrljudge.reward.rule;

import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * A plug-in verifier with a time limit. A call that does not return in time is interrupted and abandoned. Java cannot end such a
 * call, so the verifier is not called any more after {@link #MAX_HANGING} of them.
 */
final class TimedVerifier implements Verifier {
    /** The number of hanging calls after which the verifier is not called any more. Each can keep a core busy for ever. */
    static final int MAX_HANGING = 4;

    private final Verifier verifier;
    private final long timeoutMs;
    private ExecutorService thread;
    private int hanging;

    TimedVerifier(final Verifier verifier, final long timeoutMs) {
        this.verifier = verifier;
        this.timeoutMs = timeoutMs;
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
        if (hanging == MAX_HANGING) {
            throw new IllegalStateException("it is not called any more: " + MAX_HANGING
                    + " of its calls took longer than " + timeoutMs + " ms");
        }
        final Future<Verification> answer = thread.submit(() -> verifier.verify(completion));
        try {
            return answer.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            hanging++;
            thread.shutdownNow();
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
}
