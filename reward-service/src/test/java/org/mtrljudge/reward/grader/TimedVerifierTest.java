package org.mtrljudge.reward.grader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.rule.Combination;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;
import org.mtrljudge.tasks.verdict.Label;

/** When a verifier whose calls take too long is called again. */
class TimedVerifierTest {
    private static final PromptRequest PROMPT = Scoring.prompt(judged("any"));

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicLong nanos = new AtomicLong();
    private final TimedVerifier verifier = new TimedVerifier(new Answering(this::accuracy), 20, 32, nanos::get);

    /** "slow" takes too long and obeys an interrupt. "stuck" waits until it is released, and ignores interrupts. */
    private final AtomicInteger stuck = new AtomicInteger();

    private double accuracy(final String text) {
        if (text.equals("stuck")) {
            stuck.incrementAndGet();
        }
        while (text.equals("stuck") && released.getCount() > 0) {
            Thread.onSpinWait();
        }
        if (text.equals("slow")) {
            await(released);
        }
        return 1;
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void release() {
        released.countDown();
    }

    private void ask(final String text) {
        assertThat(verifier.grade(PROMPT, List.of(judged(text)), Deadline.in(0)))
                .singleElement()
                .isInstanceOf(Grade.Given.class);
    }

    private void hangs(final String text) {
        assertThat(verifier.grade(PROMPT, List.of(judged(text)), Deadline.in(0)))
                .containsExactly(new Grade.Failed(FailureReason.TIMEOUT, "failed: no answer within 20 ms"));
    }

    private void after(final Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void shouldForgiveCallsThatTookTooLongWhenTheWindowHasPassed() {
        for (int call = 0; call < TimedVerifier.MAX_HANGING; call++) {
            hangs("slow");
            after(Duration.ofMinutes(1));
        }
        assertThatThrownBy(() -> ask("quick"))
                .hasMessageContaining(
                        "not called for some minutes, because calls for 4 groups in 10 minutes took longer than 20 ms");
        // the first of the four was 10 minutes ago
        after(TimedVerifier.WINDOW.minus(Duration.ofMinutes(3)));
        ask("quick");
        hangs("slow");
        assertThatThrownBy(() -> ask("quick")).hasMessageContaining("not called for some minutes");
    }

    @Test
    void shouldNeverReachTheLimitWithSingleHangsInALongRun() {
        for (int call = 0; call < 3 * TimedVerifier.MAX_HANGING; call++) {
            hangs("slow");
            ask("quick");
            after(Duration.ofMinutes(4));
        }
    }

    @Test
    void shouldNotCallAVerifierWhileItsCallsStillRunHoweverLong() throws InterruptedException {
        // on a busy machine a call may not have begun in its time; then it does not hang
        while (stuck.get() < TimedVerifier.MAX_HANGING) {
            hangs("stuck");
            after(TimedVerifier.WINDOW.multipliedBy(5));
        }
        assertThatThrownBy(() -> ask("quick"))
                .hasMessageContaining("not called, because calls for 4 groups still run after more than 20 ms");
        released.countDown();
        final long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        boolean answered = false;
        while (!answered) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            try {
                ask("quick");
                answered = true;
            } catch (final IllegalStateException e) {
                Thread.sleep(5);
            }
        }
    }

    /** All 32 must have begun before one may end. */
    @Test
    void shouldCallTheVerifierAboutAllCompletionsAtTheSameTime() {
        final CyclicBarrier all = new CyclicBarrier(32);
        final TimedVerifier together = new TimedVerifier(
                new Answering(text -> {
                    try {
                        all.await(10, TimeUnit.SECONDS);
                    } catch (final Exception e) {
                        throw new IllegalStateException(e);
                    }
                    return text.length();
                }),
                20_000,
                32);
        final List<Judged> completions =
                IntStream.range(0, 32).mapToObj(i -> judged("x".repeat(i))).toList();
        assertThat(together.grade(PROMPT, completions, Deadline.in(0)))
                .extracting(grade ->
                        ((Grade.Given) grade).verification().components().get("accuracy"))
                .containsExactlyElementsOf(
                        IntStream.range(0, 32).mapToObj(i -> (double) i).toList());
    }

    /** The reason of a dead letter must be the same in each replay. */
    @Test
    void shouldReportTheFirstCompletionWithoutGradesWhicheverIsTheFirstToFail() {
        final CountDownLatch failed = new CountDownLatch(1);
        final TimedVerifier failing = new TimedVerifier(
                new Answering(text -> {
                    if (text.equals("second")) {
                        failed.countDown();
                        throw new IllegalStateException(text);
                    }
                    await(failed);
                    return Double.NaN;
                }),
                20_000,
                2);
        final TaskReward reward = new TaskReward(
                failing, Map.of(), 1, null, new Combination.Weighted(Map.of("accuracy", 1.0), Set.of("accuracy")));
        assertThatThrownBy(() -> reward.verify(PROMPT, List.of(judged("first"), judged("second")), 0))
                .hasMessage("the verifier 'answering' gave NaN for 'accuracy'");
        assertThatThrownBy(() -> reward.verify(PROMPT, List.of(judged("second"), judged("first")), 0))
                .hasMessageEndingWith("failed: java.lang.IllegalStateException: second");
    }

    private static Judged judged(final String text) {
        return new Judged("t", "yes", Label.of("yes", "no"), text, true, 1);
    }

    private record Answering(ToDoubleFunction<String> accuracy) implements Verifier {
        @Override
        public String name() {
            return "answering";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy");
        }

        @Override
        public Verification verify(final Judged completion) {
            return new Verification(Map.of("accuracy", accuracy.applyAsDouble(completion.text())), null, null);
        }
    }
}
