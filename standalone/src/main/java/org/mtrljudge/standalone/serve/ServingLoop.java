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
    private static final int TOLD_SHARE = 16;

    private final JudgeModel model;
    private final long maxTokens;
    private final int maxRequests;
    private final LinkedBlockingQueue<ModelRequest> waiting = new LinkedBlockingQueue<>();
    // waiting and running
    private final AtomicInteger open = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "serving");
    private final Counter tokens;
    // the request that is next; of the loop's thread
    private @Nullable ModelRequest head;
    private volatile boolean stopping;
    private volatile boolean ended;

    /** A request that generates. */
    private static final class Running {
        private final ModelRequest request;
        private final GenerationSession.Group group;
        private int told;

        Running(final ModelRequest request, final GenerationSession.Group group) {
            this.request = request;
            this.group = group;
        }

        /** Tells the progress, rarer the more there is, because all of it is decoded each time. */
        void tell() {
            final int tokens = group.tokens();
            if (request.progress() != null && tokens - told > told / TOLD_SHARE) {
                told = tokens;
                request.progress().accept(group.completions());
            }
        }
    }

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
        // first the place, then the look: a loop that is stopping ends only when no place is taken
        final int taken = open.incrementAndGet();
        if (stopping || ended) {
            open.decrementAndGet();
            throw stopping();
        }
        if (taken > maxRequests) {
            open.decrementAndGet();
            throw new RequestException(
                    RequestException.BUSY, maxRequests + " requests are waiting or being answered: ask again later");
        }
    }

    private static RequestException stopping() {
        return new RequestException(RequestException.STOPPING, "the server is stopping");
    }

    /** Gives the place of a request back that is not asked. */
    void giveUp() {
        open.decrementAndGet();
    }

    /** Asks the model; the place is free when there is an answer. */
    void ask(final ModelRequest request) {
        request.answer().whenComplete((done, why) -> open.decrementAndGet());
        waiting.add(request);
        if (ended) {
            refuseWaiting();
        }
    }

    private void refuseWaiting() {
        for (ModelRequest request = waiting.poll(); request != null; request = waiting.poll()) {
            request.answer().completeExceptionally(stopping());
        }
    }

    private void run() {
        try {
            JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
            // a request that has a place may still be decoding its pictures
            while (!stopping || open.get() > 0 || head != null) {
                head = head != null ? head : waiting.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                if (head != null) {
                    serve(head);
                }
            }
        } catch (final InterruptedException e) {
            LOG.debug("interrupted to stop");
        } finally {
            ended = true;
            refuseWaiting();
        }
    }

    /** Answers the first request and those that come meanwhile and fit, up to one that does not. */
    private void serve(final ModelRequest first) {
        final List<Running> running = new ArrayList<>();
        try (GenerationSession session = model.session(first.sampling(), maxTokens)) {
            do {
                begin(first, running, session);
                if (session.isBusy()) {
                    session.step();
                }
                running.removeIf(this::isAnswered);
            } while (!running.isEmpty() || head != null && head.fits(first));
        } catch (final Throwable e) {
            // whatever it was, also a lack of heap, the next requests get their chance
            LOG.error("{} requests failed", running.size(), e);
            running.forEach(one -> fail(one.request.answer()));
            if (head == first) {
                fail(first.answer());
                head = null;
            }
        }
    }

    /** Lets requests begin in their order, as long as they fit the first and there is room for about as much again as generates at once. */
    private void begin(final ModelRequest first, final List<Running> running, final GenerationSession session) {
        long positions =
                running.stream().mapToLong(one -> one.request.positions()).sum();
        head = head == null ? waiting.poll() : head;
        while (head != null && (head.answer().isDone() || head.fits(first))) {
            final ModelRequest next = head;
            if (!next.answer().isDone()) {
                if (!running.isEmpty() && positions + next.positions() > 2 * maxTokens) {
                    return;
                }
                positions += next.positions();
                running.add(new Running(
                        next, session.add(next.prompt(), next.completions(), next.sampling(), next.seed())));
            }
            head = waiting.poll();
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
        one.tell();
        return false;
    }

    private static void fail(final CompletableFuture<?> answer) {
        answer.completeExceptionally(new RequestException(
                RequestException.FAILED, "the model failed: the log of the server has the reason"));
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
            refuseWaiting();
            thread.interrupt();
        }
        return !thread.isAlive();
    }
}
