package org.mtrljudge.reward.grader;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * A plug-in verifier with a time limit, which is called about several completions at the same time. A call that does not return in time is
 * interrupted and abandoned. Java cannot end such a call, and each can keep a core busy for ever. So the verifier is not called while abandoned
 * calls for {@link #MAX_HANGING} groups still run, nor while those for as many groups of the last {@link #WINDOW} took too long. It gets another
 * chance afterwards: its server may have been restarted.
 */
final class TimedVerifier implements Grader {
    static final int MAX_HANGING = 4;

    static final Duration WINDOW = Duration.ofMinutes(10);

    /** An interrupted call that ends soon does not hang. */
    private static final long END_MS = 200;

    private final Verifier verifier;
    private final long timeoutMs;
    private final int callsAtOnce;
    private final Terms terms;
    private final LongSupplier nanoTime;
    // when the calls of the window took too long
    private final Deque<Long> tooLong = new ArrayDeque<>();
    // for each group with abandoned calls, how many of them still run
    private final List<AtomicInteger> hanging = new ArrayList<>();
    private final ExecutorService threads;

    TimedVerifier(final Verifier verifier, final long timeoutMs, final int callsAtOnce) {
        this(verifier, timeoutMs, callsAtOnce, System::nanoTime);
    }

    /** @param nanoTime the clock of the window */
    TimedVerifier(final Verifier verifier, final long timeoutMs, final int callsAtOnce, final LongSupplier nanoTime) {
        this.verifier = verifier;
        this.timeoutMs = timeoutMs;
        this.callsAtOnce = callsAtOnce;
        this.terms = new Terms(verifier.name(), verifier.components(), timeoutMs, 0, 0, 0, false);
        this.nanoTime = nanoTime;
        this.threads = Executors.newCachedThreadPool(task -> {
            final Thread made = new Thread(task, "verifier-" + verifier.name());
            made.setDaemon(true);
            return made;
        });
    }

    /** A plug-in is a pure function: it would fail again. */
    @Override
    public Terms terms() {
        return terms;
    }

    /** Calls the verifier about {@link #callsAtOnce} completions at the same time, part after part. */
    @Override
    public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        final List<Grade> grades = new ArrayList<>();
        for (int i = 0; i < completions.size(); i += callsAtOnce) {
            if (end.hasPassed()) {
                final Grade late = new Grade.Failed(
                        FailureReason.TIMEOUT,
                        "took longer than " + end.limitMs() + " ms for " + i + " of " + completions.size()
                                + " completions");
                grades.addAll(Collections.nCopies(completions.size() - i, late));
                return grades;
            }
            grades.addAll(together(completions.subList(i, Math.min(completions.size(), i + callsAtOnce))));
        }
        return grades;
    }

    /**
     * Calls the verifier about each completion at the same time. All calls end before this returns, or are abandoned.
     *
     * @param completions at most {@link #callsAtOnce}
     * @throws IllegalStateException when the verifier is not called
     * @throws GraderClosedException when this thread was interrupted
     */
    private synchronized List<Grade> together(final List<Judged> completions) {
        refuseWhileItHangs();
        final AtomicInteger running = new AtomicInteger();
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        final List<Future<Verification>> calls = completions.stream()
                .map(completion -> threads.submit(() -> call(completion, running)))
                .toList();
        final List<Grade> grades = new ArrayList<>();
        boolean late = false;
        for (final Future<Verification> call : calls) {
            try {
                grades.add(new Grade.Given(call.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)));
            } catch (final TimeoutException e) {
                late = true;
                grades.add(new Grade.Failed(FailureReason.TIMEOUT, "failed: no answer within " + timeoutMs + " ms"));
            } catch (final ExecutionException e) {
                grades.add(new Grade.Failed(FailureReason.RAISED, "failed: " + e.getCause()));
            } catch (final InterruptedException e) {
                abandon(calls, running);
                Thread.currentThread().interrupt();
                throw new GraderClosedException("interrupted");
            }
        }
        if (late) {
            tooLong.add(nanoTime.getAsLong());
            abandon(calls, running);
        }
        return grades;
    }

    private Verification call(final Judged completion, final AtomicInteger running) {
        running.incrementAndGet();
        try {
            return verifier.verify(completion);
        } finally {
            running.decrementAndGet();
        }
    }

    private void abandon(final List<Future<Verification>> calls, final AtomicInteger running) {
        calls.forEach(call -> call.cancel(true));
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_MS);
        while (running.get() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        if (running.get() > 0) {
            hanging.add(running);
        }
    }

    private void refuseWhileItHangs() {
        tooLong.removeIf(at -> nanoTime.getAsLong() - at > WINDOW.toNanos());
        hanging.removeIf(running -> running.get() == 0);
        if (hanging.size() >= MAX_HANGING) {
            throw new IllegalStateException("not called, because calls for " + hanging.size()
                    + " groups still run after more than " + timeoutMs
                    + " ms: correct the verifier and restart this service");
        }
        if (tooLong.size() >= MAX_HANGING) {
            throw new IllegalStateException("not called for some minutes, because calls for " + tooLong.size()
                    + " groups in " + WINDOW.toMinutes() + " minutes took longer than " + timeoutMs
                    + " ms: correct the verifier, or raise reward.plugin_timeout_ms");
        }
    }
}
