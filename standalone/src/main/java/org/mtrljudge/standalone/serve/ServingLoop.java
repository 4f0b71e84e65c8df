package org.mtrljudge.standalone.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.GenerationSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the model. Requests of the same temperature and tail are generated together, whenever they come. A request of another
 * one waits until those before it have ended, and those behind it wait with it, so that none waits for ever.
 */
final class ServingLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ServingLoop.class);
    private static final long LOOK_MS = 200;
    private static final long ENDING_S = 30;

    private final JudgeModel model;
    private final long maxTokens;
    private final int maxRequests;
    private final LinkedBlockingQueue<ModelRequest> waiting = new LinkedBlockingQueue<>();
    // waiting and running
    private final AtomicInteger open = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "serving");
    private final Counter tokens;
    private volatile boolean stopping;

    /** A request that generates. */
    private record Running(ModelRequest request, GenerationSession.Group group) {}

    /** @param maxTokens the positions whose keys and values are kept at once, as {@code rollout.max_batched_tokens} */
    ServingLoop(final JudgeModel model, final long maxTokens, final int maxRequests, final MeterRegistry meters) {
        this.model = model;
        this.maxTokens = maxTokens;
        this.maxRequests = maxRequests;
        this.tokens = meters.counter("judge_serve_tokens");
        meters.gauge("judge_serve_open_requests", open);
        meters.gauge("judge_serve_waiting_requests", waiting, LinkedBlockingQueue::size);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isHealthy() {
        return thread.isAlive() && !stopping;
    }

    /**
     * Takes a place for a request; {@link #ask} or {@link #giveUp} must follow.
     *
     * @throws RequestException when there is none, or the server is stopping
     */
    void reserve() {
        if (stopping) {
            throw new RequestException(RequestException.STOPPING, "the server is stopping");
        }
        if (open.incrementAndGet() > maxRequests) {
            open.decrementAndGet();
            throw new RequestException(
                    RequestException.BUSY, maxRequests + " requests are waiting or being answered: ask again later");
        }
    }

    /** Gives the place of a request back that is not asked. */
    void giveUp() {
        open.decrementAndGet();
    }

    /** Asks the model; the place is free when there is an answer. */
    void ask(final ModelRequest request) {
        request.answer().whenComplete((done, why) -> open.decrementAndGet());
        waiting.add(request);
        if (stopping && !thread.isAlive()) {
            fail(request.answer(), "the server is stopping");
        }
    }

    private void run() {
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        @Nullable ModelRequest first = null;
        // a request that has a place may still be decoding its pictures
        while (!stopping || open.get() > 0) {
            try {
                first = first != null ? first : waiting.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    first = serve(first);
                }
            } catch (final InterruptedException e) {
                return;
            }
        }
    }

    /** Answers the request and those that come meanwhile and fit. Returns the first that does not fit, if there is one. */
    private @Nullable ModelRequest serve(final ModelRequest first) {
        final List<Running> running = new ArrayList<>();
        @Nullable ModelRequest next = first;
        try (GenerationSession session = model.session(first.sampling(), maxTokens)) {
            while (true) {
                while (next != null && next.fits(first)) {
                    if (!next.answer().isDone()) {
                        running.add(new Running(
                                next, session.add(next.prompt(), next.completions(), next.sampling(), next.seed())));
                    }
                    next = waiting.poll();
                }
                if (running.isEmpty()) {
                    return next;
                }
                session.step();
                running.removeIf(ServingLoop.this::isAnswered);
                next = next == null ? waiting.poll() : next;
            }
        } catch (final RuntimeException | LinkageError e) {
            LOG.error("{} requests failed", running.size(), e);
            running.forEach(one -> fail(one.request.answer(), "the model failed: " + e.getMessage()));
            return next == first ? null : next;
        }
    }

    private boolean isAnswered(final Running one) {
        final CompletableFuture<List<GeneratedCompletion>> answer = one.request.answer();
        if (answer.isDone()) {
            // cancelled, or its time is over
            one.group.stop();
            return true;
        }
        if (one.group.ended()) {
            tokens.increment(one.group.tokens());
            answer.complete(one.group.completions());
            return true;
        }
        if (one.request.progress() != null && one.group.tokens() > 0) {
            one.request.progress().accept(one.group.completions());
        }
        return false;
    }

    private static void fail(final CompletableFuture<?> answer, final String reason) {
        answer.completeExceptionally(new RequestException(RequestException.FAILED, reason));
    }

    /** Answers what was asked, for at most half a minute, and ends. Returns whether the model can be closed. */
    boolean end() {
        stopping = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(ENDING_S));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("{} requests were not answered within {} s", open.get(), ENDING_S);
            waiting.forEach(request -> fail(request.answer(), "the server is stopping"));
            thread.interrupt();
        }
        return !thread.isAlive();
    }
}
