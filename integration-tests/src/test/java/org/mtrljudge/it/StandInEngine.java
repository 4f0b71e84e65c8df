package org.mtrljudge.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.PromptRequest;

/** An engine without a model, whose batches take as long as the test says. */
final class StandInEngine implements GenerationEngine {
    /** As long as a piece of tokens: the time between two looks. */
    private static final long PIECE_MS = 20;

    private final Duration batchTime;
    private final Consumer<List<PromptRequest>> before;
    private final CountDownLatch generating = new CountDownLatch(1);
    private final List<Integer> versions = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean busy;
    private volatile boolean closed;

    /**
     * @param batchTime the time for a batch of prompts
     * @param before is called before each batch; it may fail, as a prompt does that kills its actor
     */
    StandInEngine(final Duration batchTime, final Consumer<List<PromptRequest>> before) {
        this.batchTime = batchTime;
        this.before = before;
    }

    /** Released by the first batch. */
    CountDownLatch generating() {
        return generating;
    }

    /** The policy versions that it was given. */
    List<Integer> versions() {
        return List.copyOf(versions);
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void use(final Policy policy) {
        versions.add(policy.version());
    }

    @Override
    public List<Result> generate(
            final List<PromptRequest> prompts,
            final int groupSize,
            final Sampling sampling,
            final IntSupplier beforePiece) {
        before.accept(prompts);
        busy = true;
        generating.countDown();
        try {
            final List<GeneratedCompletion.Span> spans = pieces(beforePiece);
            final List<Result> results = new ArrayList<>();
            for (final PromptRequest prompt : prompts) {
                results.add(new Result.Group(prompt, 9, Collections.nCopies(groupSize, completion(spans))));
            }
            return results;
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            busy = false;
        }
    }

    private List<GeneratedCompletion.Span> pieces(final IntSupplier beforePiece) throws InterruptedException {
        final List<GeneratedCompletion.Span> spans = new ArrayList<>();
        final long end = System.nanoTime() + batchTime.toNanos();
        do {
            spans.add(new GeneratedCompletion.Span(beforePiece.getAsInt(), 1));
            Thread.sleep(PIECE_MS);
        } while (System.nanoTime() < end);
        return spans;
    }

    private static GeneratedCompletion completion(final List<GeneratedCompletion.Span> spans) {
        return new GeneratedCompletion(new int[spans.size()], new float[spans.size()], "yes", true, spans);
    }

    @Override
    public void close() {
        if (busy) {
            throw new AssertionError("the engine was freed while it generated; a real one would end the process");
        }
        closed = true;
    }
}
