package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The locks of prompts in every order of new, renewed and lost prompts. The broker is a stand-in, its time moves at once. */
class PromptQueueTest {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int MAX_PROMPTS = 4;

    private final FakeShareGroup group = new FakeShareGroup();
    private final List<FakeShareConsumer> opened = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final PromptQueue queue = queue();

    private PromptQueue queue() {
        return new PromptQueue(
                FakeShareGroup.TOPIC,
                max -> {
                    opened.add(new FakeShareConsumer(group, max));
                    return opened.get(opened.size() - 1);
                },
                MAX_PROMPTS,
                new ActorMetrics(meters),
                group::nowMs);
    }

    private static List<String> places(final List<ConsumerRecord<String, byte[]>> records) {
        return records.stream()
                .map(record -> record.partition() + "/" + record.offset())
                .toList();
    }

    private double lost() {
        return meters.counter("judge.actor.locks.lost").count();
    }

    private void work(final int renewals) {
        for (int i = 0; i < renewals; i++) {
            group.pass(queue.renewalMs());
            queue.renew();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 60, 360})
    void shouldKeepItsPromptsForAsManyLockTimesAsTheirWorkTakes(final int renewals) {
        group.add(0, 6);
        final var batch = queue.acquire(POLL);
        work(renewals);
        queue.accept(batch);

        assertThat(places(batch)).containsExactly("0/0", "0/1", "0/2", "0/3");
        assertThat(group.done()).containsExactlyElementsOf(places(batch));
        assertThat(group.mostDeliveries()).isEqualTo(1);
        assertThat(lost()).isZero();
        assertThat(places(queue.acquire(POLL))).containsExactly("0/4", "0/5");
    }

    /** Does short works one after the other, and before each renews the locks when they are due. */
    private void shortWorks(final List<ConsumerRecord<String, byte[]>> batch, final long eachMs) {
        for (final ConsumerRecord<String, byte[]> prompt : batch) {
            if (queue.dueInMs() <= 0) {
                queue.renew();
            }
            group.pass(eachMs);
            queue.accept(List.of(prompt));
        }
    }

    @Test
    void shouldKnowWhenItsLocksAreDueHoweverShortEachWorkIs() {
        group.add(0, 4);
        final var batch = queue.acquire(POLL);
        assertThat(queue.dueInMs()).isEqualTo(FakeShareGroup.LOCK_MS / 3);
        shortWorks(batch, 4_900);

        assertThat(group.done()).containsExactly("0/0", "0/1", "0/2", "0/3");
        assertThat(lost()).isZero();
        assertThat(group.mostDeliveries()).isEqualTo(1);
    }

    @Test
    void shouldNotBeDueWhileItHoldsNothing() {
        queue.acquire(POLL);
        group.pass(2 * FakeShareGroup.LOCK_MS);
        assertThat(queue.dueInMs()).isPositive();
        group.add(0, 1);
        queue.acquire(POLL);
        assertThat(queue.dueInMs()).as("a new prompt has a new lock").isEqualTo(FakeShareGroup.LOCK_MS / 3);
    }

    @Test
    void shouldReturnThePromptsInHandInsteadOfTakingMore() {
        group.add(0, 6);
        final var batch = queue.acquire(POLL);
        assertThat(places(queue.acquire(POLL))).isEqualTo(places(batch));
        assertThat(group.deliveries(0, 4)).isZero();
    }

    @Test
    void shouldRenewThePromptsThatAreLeftWhenSomeAreAnswered() {
        group.add(0, 4);
        final var batch = queue.acquire(POLL);
        queue.accept(batch.subList(1, 3));
        work(9);
        queue.accept(List.of(batch.get(3)));
        work(9);
        queue.accept(List.of(batch.get(0)));

        assertThat(group.done()).containsExactly("0/0", "0/1", "0/2", "0/3");
        assertThat(group.mostDeliveries()).isEqualTo(1);
        assertThat(lost()).isZero();
    }

    @Test
    void shouldGoOnWhenLocksWereLostAndAnotherActorHasThePrompts() {
        group.add(0, 3);
        final var batch = queue.acquire(POLL);
        group.pass(2 * FakeShareGroup.LOCK_MS);
        final FakeShareConsumer other = new FakeShareConsumer(group, 2);
        other.subscribe(List.of(FakeShareGroup.TOPIC));
        other.poll(POLL);
        work(3);
        queue.accept(batch);

        assertThat(lost()).isEqualTo(3);
        assertThat(group.done()).isEmpty();
        assertThat(group.deliveries(0, 0)).isEqualTo(2);
    }

    @Test
    void shouldAcknowledgeAtOnceWhatItHadAnsweredWhenALostPromptComesBack() {
        group.add(0, 2);
        final var batch = queue.acquire(POLL);
        group.pass(2 * FakeShareGroup.LOCK_MS);
        work(1);
        queue.accept(batch);
        group.add(0, 1);

        assertThat(places(queue.acquire(POLL))).containsExactly("0/2");
        assertThat(group.done()).containsExactly("0/0", "0/1");
        assertThat(group.released()).isEmpty();
    }

    @Test
    void shouldAcknowledgeAtOnceWhatItHadAnsweredWhenTheAcknowledgementCameTooLate() {
        group.add(0, 2);
        final var batch = queue.acquire(POLL);
        group.pass(2 * FakeShareGroup.LOCK_MS);
        queue.accept(batch);
        assertThat(group.done()).isEmpty();
        assertThat(lost()).isEqualTo(2);

        assertThat(queue.acquire(POLL)).isEmpty();
        assertThat(group.done()).containsExactly("0/0", "0/1");
    }

    @Test
    void shouldGoOnWhenOnlyAPartOfTheRenewedPromptsComesBack() {
        group.add(0, 2);
        group.add(1, 2);
        final var batch = queue.acquire(POLL);
        group.silence(1);
        work(1);
        queue.accept(List.of(batch.get(0)));
        group.speak(null);
        work(3);
        queue.accept(batch.subList(1, 4));

        assertThat(group.done()).containsExactly("0/0", "0/1", "1/0", "1/1");
        assertThat(group.mostDeliveries()).isEqualTo(1);
        assertThat(lost()).isZero();
    }

    @Test
    void shouldAcknowledgeAPromptWhoseRenewalIsStillOpenWhenItComesBack() {
        group.add(0, 2);
        final var batch = queue.acquire(POLL);
        group.silence(0);
        work(1);
        queue.accept(batch);
        assertThat(group.done()).isEmpty();
        group.speak(null);
        group.add(0, 1);
        queue.acquire(POLL);
        final var next = queue.acquire(POLL);

        assertThat(places(next)).containsExactly("0/2");
        assertThat(group.done()).containsExactly("0/0", "0/1");
        assertThat(group.mostDeliveries()).isEqualTo(1);
    }

    @Test
    void shouldGiveBackWhatItHolds() {
        group.add(0, 2);
        queue.acquire(POLL);
        work(2);
        queue.release();

        assertThat(group.released()).containsExactly("0/0", "0/1");
        assertThat(queue.acquire(POLL)).hasSize(2);
    }

    @Test
    void shouldTakeOnePromptPerPollWhereThatIsSafer() {
        group.add(0, 6);
        queue.takeAtMost(1);
        final var alone = queue.acquire(POLL);
        work(2);
        queue.takeAtMost(MAX_PROMPTS);
        assertThat(places(queue.acquire(POLL))).as("it keeps what it has").containsExactly("0/0");
        assertThat(group.deliveries(0, 1)).isZero();
        queue.accept(alone);
        queue.takeAtMost(MAX_PROMPTS);

        assertThat(places(queue.acquire(POLL))).containsExactly("0/1", "0/2", "0/3", "0/4");
        assertThat(opened).extracting(FakeShareConsumer::maxPollRecords).containsExactly(4, 1, 4);
        assertThat(group.mostDeliveries()).isEqualTo(1);
    }
}
