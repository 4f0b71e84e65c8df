package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.DisconnectException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two actors that work in random orders, with long groups, late and failed answers of the broker, and locks that are lost. */
class PromptQueueOrdersTest {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PARTITIONS = 2;
    private static final int PROMPTS = 12;
    private static final int EVENTS = 150;

    /** An actor that acknowledges its batch after some events. */
    private static final class Worker {
        private final PromptQueue queue;
        private final Map<String, Integer> answers = new HashMap<>();
        private List<ConsumerRecord<String, byte[]>> batch = List.of();

        Worker(final FakeShareGroup group) {
            queue = new PromptQueue(
                    FakeShareGroup.TOPIC,
                    max -> new FakeShareConsumer(group, max),
                    4,
                    new ActorMetrics(new SimpleMeterRegistry()),
                    group::nowMs);
        }

        void take() {
            if (batch.isEmpty()) {
                batch = queue.acquire(POLL);
            }
        }

        void answer(final int count) {
            final List<ConsumerRecord<String, byte[]>> done = batch.subList(0, Math.min(count, batch.size()));
            done.forEach(record -> answers.merge(record.partition() + "/" + record.offset(), 1, Integer::sum));
            queue.accept(done);
            batch = List.copyOf(batch.subList(done.size(), batch.size()));
        }
    }

    static int[] seeds() {
        return IntStream.range(0, 300).toArray();
    }

    private static void event(final FakeShareGroup group, final Worker worker, final SplittableRandom random) {
        switch (random.nextInt(9)) {
            case 0, 1 -> worker.take();
            case 2 -> worker.answer(random.nextInt(1, 5));
            case 3, 4, 5 -> worker.queue.renew();
            case 6 -> group.pass(random.nextLong(2L * FakeShareGroup.LOCK_MS));
            case 7 -> group.silence(random.nextInt(PARTITIONS));
            default -> group.speak(random.nextInt(3) == 0 ? DisconnectException.INSTANCE : null);
        }
        group.pass(random.nextLong(FakeShareGroup.LOCK_MS / 3));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldAnswerEveryPromptAndNeverBreakTheRulesOfTheConsumer(final int seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final FakeShareGroup group = new FakeShareGroup();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            group.add(partition, PROMPTS);
        }
        final List<Worker> workers = List.of(new Worker(group), new Worker(group));
        for (int i = 0; i < EVENTS; i++) {
            event(group, workers.get(random.nextInt(workers.size())), random);
        }
        group.speak(null);
        for (int i = 0; i < 50 && group.done().size() < PARTITIONS * PROMPTS; i++) {
            for (final Worker worker : workers) {
                worker.take();
                worker.answer(4);
            }
            group.pass(FakeShareGroup.LOCK_MS + 1L);
        }
        assertThat(group.done()).hasSize(PARTITIONS * PROMPTS);
        assertThat(group.released()).isEmpty();
        for (final Worker worker : workers) {
            assertThat(worker.answers.values())
                    .as("an actor does no work twice")
                    .containsOnly(1);
        }
    }
}
