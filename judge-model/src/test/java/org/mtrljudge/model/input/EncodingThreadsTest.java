package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mtrljudge.model.config.ModelException;

@Timeout(30)
class EncodingThreadsTest {
    private static EncodedPrompt prompt(final int id) {
        return new EncodedPrompt(new int[] {id}, new int[3][1], 1, 0, List.of());
    }

    @Test
    void shouldEncodeAsManyPromptsAtATimeAsThereAreThreads() {
        // each waits for one more, so one thread alone would never end
        final CyclicBarrier both = new CyclicBarrier(2);
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        try (EncodingThreads threads = new EncodingThreads(2)) {
            final List<EncodingThreads.Begun> begun = IntStream.range(0, 8)
                    .mapToObj(id -> threads.begin(() -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        both.await(20, TimeUnit.SECONDS);
                        running.decrementAndGet();
                        return prompt(id);
                    }))
                    .toList();

            assertThat(begun).extracting(one -> one.join().ids()[0]).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        }
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void shouldLeaveNobodyWaitingForWhatHadNotBegunWhenItIsClosed() {
        final EncodingThreads threads = new EncodingThreads(1);
        threads.begin(() -> {
            Thread.sleep(TimeUnit.SECONDS.toMillis(20));
            return prompt(1);
        });
        final EncodingThreads.Begun second = threads.begin(() -> prompt(2));
        threads.close();

        assertThatThrownBy(second::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void shouldThrowWhatTheEncodingThrew() {
        try (EncodingThreads threads = new EncodingThreads(1)) {
            final EncodingThreads.Begun bad = threads.begin(() -> {
                throw new ModelException("image 1 cannot be decoded");
            });
            final EncodingThreads.Begun good = threads.begin(() -> prompt(7));

            assertThatThrownBy(bad::join).isInstanceOf(ModelException.class).hasMessage("image 1 cannot be decoded");
            assertThat(good.join().ids()).containsExactly(7);
        }
    }
}
