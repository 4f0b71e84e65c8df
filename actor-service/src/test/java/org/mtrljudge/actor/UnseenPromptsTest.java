package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.DisconnectException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prompts that the client of Kafka fetches and locks in the background, and that no poll has returned yet. */
class UnseenPromptsTest {
    private static final Duration POLL = Duration.ofMillis(200);

    private final FakeShareGroup group = new FakeShareGroup();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final PromptQueue queue = new PromptQueue(
            FakeShareGroup.TOPIC, max -> new FakeShareConsumer(group, max), 4, new ActorMetrics(meters), group::nowMs);

    @BeforeEach
    void makeTheTopic() {
        group.add(0, 0);
    }

    private double lost() {
        return meters.counter("judge.actor.locks.lost").count();
    }

    private List<Long> acquired() {
        return queue.acquire(POLL).stream().map(ConsumerRecord::offset).toList();
    }

    /** The client asks for prompts in vain; two come after the poll, and are locked. */
    private void fetchUnseen() {
        assertThat(acquired()).isEmpty();
        group.add(0, 2);
        assertThat(group.deliveries(0, 1)).isEqualTo(1);
    }

    @Test
    void shouldNotUsePromptsThatBelongToAnotherActorByNow() {
        fetchUnseen();
        group.pass(FakeShareGroup.LOCK_MS + 1L);
        assertThat(new FakeShareConsumer(group, 4).poll(POLL).count()).isEqualTo(2);

        assertThat(acquired()).isEmpty();
        assertThat(lost()).isEqualTo(2);
        assertThat(acquired()).as("the other actor has them").isEmpty();
        assertThat(group.mostDeliveries()).isEqualTo(2);
    }

    @Test
    void shouldRenewPromptsThatWereLockedDuringALongPause() {
        fetchUnseen();
        group.pass(FakeShareGroup.LOCK_MS - 1L);
        final var batch = queue.acquire(POLL);
        assertThat(queue.dueInMs()).isEqualTo(FakeShareGroup.LOCK_MS / 3);
        group.pass(FakeShareGroup.LOCK_MS - 1L);
        queue.accept(batch);

        assertThat(group.done()).containsExactly("0/0", "0/1");
        assertThat(group.mostDeliveries()).isEqualTo(1);
        assertThat(lost()).isZero();
    }

    @Test
    void shouldRenewSoonWhatWasLockedDuringAShortPause() {
        fetchUnseen();
        group.pass(3000);
        assertThat(acquired()).containsExactly(0L, 1L);
        assertThat(queue.dueInMs()).as("a lock may be that old").isEqualTo(FakeShareGroup.LOCK_MS / 3 - 3000);
    }

    @Test
    void shouldFetchNoPromptsWhileTheBrokerHasNotAnsweredARenewal() {
        group.add(0, 2);
        final var batch = queue.acquire(POLL);
        group.silence(0);
        group.pass(queue.renewalMs());
        queue.renew();
        group.add(0, 3);
        queue.renew();
        assertThat(group.deliveries(0, 2)).isZero();
        group.speak(null);
        group.pass(queue.renewalMs());
        queue.renew();
        queue.accept(batch);

        assertThat(group.done()).containsExactly("0/0", "0/1");
        assertThat(lost()).isZero();
        assertThat(acquired()).containsExactly(2L, 3L, 4L);
        assertThat(group.mostDeliveries()).isEqualTo(1);
    }

    @Test
    void shouldFetchPromptsAgainAfterARenewalThatFailed() {
        group.add(0, 2);
        final var batch = queue.acquire(POLL);
        group.silence(0);
        group.pass(queue.renewalMs());
        queue.renew();
        group.add(0, 3);
        group.speak(DisconnectException.INSTANCE);
        queue.renew();
        assertThat(lost()).isEqualTo(2);
        assertThat(group.deliveries(0, 2)).as("it still works").isZero();
        queue.accept(batch);

        assertThat(acquired()).containsExactly(2L, 3L, 4L);
        assertThat(group.released()).as("a release would count as a delivery").isEmpty();
    }
}
