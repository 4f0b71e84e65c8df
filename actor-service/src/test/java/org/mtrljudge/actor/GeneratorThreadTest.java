package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GeneratorThreadTest {
    private static final Duration LIMIT = Duration.ofMillis(200);

    private final GeneratorThread generator = new GeneratorThread("test-generator", LIMIT);

    @Test
    void shouldDoTheOtherWorkWheneverItIsDueUntilTheResultIsThere() {
        final AtomicInteger renewals = new AtomicInteger();
        final CountDownLatch enough = new CountDownLatch(3);
        final String result = generator.call(
                () -> {
                    enough.await();
                    return Thread.currentThread().getName();
                },
                () -> 0,
                () -> {
                    renewals.incrementAndGet();
                    enough.countDown();
                });
        assertThat(result).isEqualTo("test-generator");
        assertThat(renewals.get()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void shouldDoTheOtherWorkThatIsDueAlthoughEachWorkIsShort() {
        final AtomicInteger dueInMs = new AtomicInteger();
        final AtomicInteger renewals = new AtomicInteger();
        for (int works = 0; works < 8; works++) {
            // every second time the period is over
            dueInMs.set(works % 2 == 0 ? 60_000 : 0);
            generator.call(() -> true, dueInMs::get, () -> {
                renewals.incrementAndGet();
                dueInMs.set(60_000);
            });
        }
        assertThat(renewals).hasValue(4);
    }

    @Test
    void shouldEndAnAbandonedWorkBetweenTwoPieces() {
        assertThatThrownBy(() -> generator.call(
                        () -> {
                            while (true) {
                                generator.betweenPieces();
                                Thread.sleep(1);
                            }
                        },
                        () -> 0,
                        generator::abandon))
                .isInstanceOf(CancellationException.class);
        assertThat(generator.end()).isTrue();
    }

    @Test
    @Timeout(20)
    void shouldNotWaitForAnAbandonedWorkThatDoesNotEnd() {
        final CountDownLatch stuck = new CountDownLatch(1);
        assertThatThrownBy(() -> generator.call(
                        () -> {
                            generator.abandon();
                            stuck.await();
                            return true;
                        },
                        () -> 1000,
                        () -> {}))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("did not end soon");
        assertThat(generator.end()).as("it still works").isFalse();
        stuck.countDown();
        assertThat(generator.end()).isTrue();
    }

    @Test
    void shouldReturnTheResultOfAnAbandonedWorkThatEndsSoon() {
        assertThat(generator.<Integer>call(
                        () -> {
                            generator.abandon();
                            return 5;
                        },
                        () -> 1000,
                        () -> {}))
                .isEqualTo(5);
    }

    @Test
    void shouldBeginNothingAfterItWasAbandoned() {
        generator.abandon();
        final AtomicInteger begun = new AtomicInteger();
        assertThatThrownBy(() -> generator.call(begun::incrementAndGet, () -> 1000, () -> {}))
                .isInstanceOf(CancellationException.class);
        assertThat(begun).hasValue(0);
    }

    @Test
    void shouldSayWhenTheThreadStillWorksAfterTheLimit() {
        final CountDownLatch stuck = new CountDownLatch(1);
        final AtomicInteger dueInMs = new AtomicInteger(10);
        assertThatThrownBy(() -> generator.call(
                        () -> {
                            dueInMs.set(0);
                            stuck.await();
                            return true;
                        },
                        dueInMs::get,
                        () -> {
                            throw new IllegalStateException("the locks cannot be renewed");
                        }))
                .hasMessage("the locks cannot be renewed");
        assertThat(generator.end()).isFalse();
        stuck.countDown();
        assertThat(generator.end()).isTrue();
    }

    @Test
    void shouldWaitLongerWhenItsPiecesTakeLong() {
        assertThat(generator.limit()).isEqualTo(LIMIT);
        generator.call(
                () -> {
                    Thread.sleep(100);
                    generator.betweenPieces();
                    generator.betweenPieces();
                    return true;
                },
                () -> 1000,
                () -> {});
        assertThat(generator.limit()).isBetween(Duration.ofMillis(300), Duration.ofSeconds(5));
    }
}
