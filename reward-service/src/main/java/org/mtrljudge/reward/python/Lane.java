package org.mtrljudge.reward.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.FailureReason;

/**
 * A thread with a process of its own, which answers calls one after the other. The thread waits for the process without a limit;
 * {@link #watch} ends a process that hangs, has died or uses too much memory. Such a lane is over, and another takes its place.
 */
final class Lane implements Runnable {
    private static final long TAKE_MS = 100;
    // a process that ends closes its pipe; one that it forked can hold it open
    private static final long CLOSING_MS = 200;

    /** Starts a process that knows its function. */
    interface Starter {
        WorkerProcess start() throws WorkerException, IOException;
    }

    /** A call that is being answered, and when it began or had its last answer. */
    private record Running(FunctionCall call, long startNanos) {}

    private final BlockingQueue<FunctionCall> calls;
    private final Starter starter;
    private final FunctionSettings settings;
    private volatile @Nullable WorkerProcess process;
    private volatile @Nullable Running running;
    private volatile boolean over;

    Lane(final BlockingQueue<FunctionCall> calls, final Starter starter, final FunctionSettings settings) {
        this.calls = calls;
        this.starter = starter;
        this.settings = settings;
    }

    @Override
    public void run() {
        try {
            while (!over) {
                final FunctionCall call = calls.poll(TAKE_MS, TimeUnit.MILLISECONDS);
                if (call != null && !call.end().isDone()) {
                    answer(call);
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void answer(final FunctionCall call) {
        try {
            WorkerProcess own = process;
            // one that died between two calls costs no call
            if (own == null || !own.isAlive()) {
                own = starter.start();
                process = own;
                if (over) {
                    own.close();
                }
            }
            running = new Running(call, System.nanoTime());
            own.send(call.request());
            while (call.answers().size() < call.completions()) {
                call.answers().addAll(next(own, call));
                running = new Running(call, System.nanoTime());
            }
            running = null;
            call.end().complete(null);
        } catch (final WorkerException e) {
            fail(call, e);
        } catch (final IOException e) {
            fail(call, new WorkerException(FailureReason.DIED, "cannot be started: " + e.getMessage()));
        } catch (final RuntimeException | Error e) {
            fail(call, new WorkerException(FailureReason.DIED, "cannot be called: " + e));
        }
    }

    private static List<JsonNode> next(final WorkerProcess own, final FunctionCall call) throws WorkerException {
        final JsonNode frame = own.receive();
        if (frame.path("id").asLong(-1) != call.request().path("id").asLong()) {
            throw new WorkerException(FailureReason.GARBLED, "gave the answer to another call");
        }
        final List<JsonNode> answers = new ArrayList<>();
        frame.path("answers").forEach(answers::add);
        final int missing = call.completions() - call.answers().size();
        if (answers.isEmpty() || answers.size() > missing) {
            throw new WorkerException(
                    FailureReason.GARBLED, "gave " + answers.size() + " answers for " + missing + " completions");
        }
        return answers;
    }

    private void fail(final FunctionCall call, final WorkerException why) {
        over = true;
        call.end().completeExceptionally(why);
    }

    /**
     * Ends the lane when its process hangs, has died or uses too much memory.
     *
     * @return whether the lane is over
     */
    boolean watch() {
        final WorkerProcess own = process;
        final Running now = running;
        if (own != null && now != null) {
            final long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - now.startNanos);
            if (ms > settings.timeoutMs()) {
                stop(now, FailureReason.TIMEOUT, "gave no answer within " + settings.timeoutMs() + " ms");
            } else if (!own.isAlive() && ms > CLOSING_MS) {
                over = true;
                now.call.end().completeExceptionally(own.died());
            }
        }
        if (own != null && !over && own.residentMb() > settings.memoryMb()) {
            if (now == null) {
                over = true;
            } else {
                stop(now, FailureReason.MEMORY, "used more than " + settings.memoryMb() + " MB (memory_mb)");
            }
        }
        if (over) {
            end();
        }
        return over;
    }

    private void stop(final Running now, final FailureReason reason, final String message) {
        over = true;
        now.call.end().completeExceptionally(new WorkerException(reason, message));
    }

    /** Ends the process. */
    void end() {
        over = true;
        final WorkerProcess own = process;
        if (own != null) {
            own.close();
        }
    }
}
