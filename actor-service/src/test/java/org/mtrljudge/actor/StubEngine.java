package org.mtrljudge.actor;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.PromptRequest;

/**
 * Draws two pieces per prompt. Completions with an even place end with the two tokens of the first piece; the others are cut after the
 * three tokens of the second piece. Its clock starts at {@link #START_MS} and advances by {@link #BATCH_MS} with each batch.
 */
final class StubEngine implements GenerationEngine {
    static final long START_MS = 1_000;
    static final long BATCH_MS = 90;
    static final int PROMPT_TOKENS = 11;
    /** The id of the prompt that is refused. */
    static final String DAMAGED = "damaged";

    private final StubClock clock = new StubClock();
    private final List<String> used = new ArrayList<>();
    private final List<List<String>> batches = new ArrayList<>();
    private final Deque<RuntimeException> failures = new ArrayDeque<>();
    private boolean failing;

    Clock clock() {
        return clock;
    }

    /** The digests of the policies that it was told to use. */
    List<String> used() {
        return used;
    }

    /** The prompt ids of each batch that it was asked for. */
    List<List<String>> batches() {
        return batches;
    }

    /** Throws from now on when it is asked for a batch. */
    void fail() {
        failing = true;
    }

    /** Throws this the next times that it is asked for a batch, which take as long as a batch. */
    void failNext(final int times, final RuntimeException failure) {
        failures.addAll(Collections.nCopies(times, failure));
    }

    @Override
    public void use(final Policy policy) {
        used.add(policy.digest());
    }

    @Override
    public List<Result> generate(
            final List<PromptRequest> prompts,
            final int groupSize,
            final Sampling sampling,
            final IntSupplier beforePiece) {
        batches.add(prompts.stream().map(PromptRequest::getPromptId).toList());
        if (failing) {
            throw new IllegalStateException("the engine is down");
        }
        if (!failures.isEmpty()) {
            clock.nowMs += BATCH_MS;
            throw failures.remove();
        }
        final int first = beforePiece.getAsInt();
        final int second = beforePiece.getAsInt();
        clock.nowMs += BATCH_MS;
        final List<Result> results = new ArrayList<>();
        for (final PromptRequest prompt : prompts) {
            if (prompt.getPromptId().equals(DAMAGED)) {
                results.add(new Result.Refused(prompt, "its picture is damaged"));
                continue;
            }
            final List<GeneratedCompletion> completions = new ArrayList<>();
            for (int c = 0; c < groupSize; c++) {
                completions.add(c % 2 == 0 ? ended(first) : cut(first, second));
            }
            results.add(new Result.Group(prompt, PROMPT_TOKENS, completions));
        }
        return results;
    }

    private static GeneratedCompletion ended(final int mark) {
        final List<GeneratedCompletion.Span> spans = List.of(new GeneratedCompletion.Span(mark, 2));
        return new GeneratedCompletion(new int[] {40, 2}, new float[] {-0.5f, -0.25f}, "yes", true, spans);
    }

    private static GeneratedCompletion cut(final int first, final int second) {
        final List<GeneratedCompletion.Span> spans = first == second
                ? List.of(new GeneratedCompletion.Span(first, 5))
                : List.of(new GeneratedCompletion.Span(first, 2), new GeneratedCompletion.Span(second, 3));
        return new GeneratedCompletion(
                new int[] {40, 41, 42, 43, 44},
                new float[] {-0.5f, -1, -1.5f, -2, -2.5f},
                "yes, because the",
                false,
                spans);
    }

    @Override
    public void close() {}

    /** Its time passes only while the engine generates. */
    private static final class StubClock extends Clock {
        private long nowMs = START_MS;

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(final ZoneId zone) {
            return this;
        }
    }
}
