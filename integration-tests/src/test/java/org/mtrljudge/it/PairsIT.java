package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.RolloutGroups.RIGHT;
import static org.mtrljudge.it.RolloutGroups.WRONG;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.Topics;

/**
 * Pairs with a real broker. Both orders of most pairs arrive. Of every fifth pair, one order is refused by its actor, and of one pair an
 * order is late. A replay decides the same as the run, although the run continues meanwhile.
 */
@Timeout(180)
class PairsIT {
    private static final int PAIRS = 40;
    private static final int DIES_EVERY = 5;
    private static final int LATE = 39;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("pairs", new LocalSchemaRegistry(), Replication.BROKERS_DEFAULT, 3);
    private TestBroker broker;
    private RewardSettings settings;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
        final Path rewards = folder.resolve("rewards.yaml");
        Files.writeString(
                rewards,
                "{name: pairs, version: 1, defaults: {components: {position_consistency: true},"
                        + " weights: {position_consistency: 0.9, format: 0.1}}}");
        settings = new RewardSettings(
                new RewardSetReader(new Verifiers(null, 1000)).read(rewards),
                AdvantageEstimator.DR_GRPO,
                true,
                PATIENCE.toMillis());
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private static RolloutGroup order(final int pair, final int order) {
        final RolloutGroup group = RolloutGroups.group(
                "p" + pair + "-" + order, "preference", 0, RIGHT, (pair + order) % 3 == 0 ? RIGHT : WRONG, WRONG);
        group.getPrompt().put("pairId", "pair-" + pair);
        return group;
    }

    private static boolean dies(final int pair) {
        return pair % DIES_EVERY == 2;
    }

    private void send(final Producer<String, byte[]> producer, final RolloutGroup group) {
        final PromptRequest prompt = group.getPrompt();
        producer.send(topics.rollouts()
                .inPair(topics.rollouts().message(prompt.getPromptId(), group), prompt.getPairId(), producer));
    }

    /** As an actor does. */
    private void refuse(final Producer<String, byte[]> producer, final PromptRequest prompt) {
        final DeadLetter letter = DeadLetters.of(
                prompt.getPromptId(),
                topics.prompts().name(),
                0,
                0,
                "actor",
                "no picture",
                ByteBuffer.wrap(new byte[0]));
        producer.send(topics.deadLetters()
                .inPair(
                        topics.deadLetters()
                                .message(prompt.getPromptId(), DeadLetters.inPair(letter, prompt.getPairId())),
                        prompt.getPairId(),
                        producer));
    }

    private void sendAll(final Producer<String, byte[]> producer) {
        for (int pair = 0; pair < PAIRS; pair++) {
            if (dies(pair) && pair % 2 == 0) {
                refuse(producer, order(pair, 2).getPrompt());
            }
            send(producer, order(pair, 1));
            if (dies(pair) && pair % 2 == 1) {
                refuse(producer, order(pair, 2).getPrompt());
            } else if (!dies(pair) && pair != LATE) {
                send(producer, order(pair, 2));
            }
        }
        producer.flush();
    }

    private static void await(final BooleanSupplier condition) throws InterruptedException {
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private Map<String, byte[]> scores(final List<ScoredGroup> groups) {
        final Map<String, byte[]> scores = new TreeMap<>();
        for (final ScoredGroup group : groups) {
            group.put("scoreMs", 0.0);
            final String id = group.getRollout().getPrompt().getPromptId();
            assertThat(scores.put(id, topics.scored().message(id, group).value()))
                    .as("%s is scored once", id)
                    .isNull();
        }
        return scores;
    }

    private List<String> dead(final List<DeadLetter> letters) {
        final List<String> ids = new ArrayList<>();
        for (final DeadLetter letter : letters) {
            if (letter.getService().equals("reward")) {
                assertThat(letter.getReason()).startsWith("the other order of its pair is ");
                ids.add(letter.getPromptId());
            }
        }
        return ids;
    }

    /** One of the services that share the partitions of the rollouts. */
    private RewardService service(final int index, final AtomicReference<Throwable> failure) {
        return new RewardService(
                broker.clients(topics),
                settings,
                new RewardService.Instance("reward-" + index, folder.resolve("live-" + index)),
                new SimpleMeterRegistry(),
                failure::set,
                Clock.systemUTC());
    }

    @Test
    void shouldDecideByEventsAndDecideTheSameInAReplayOfARunThatContinues() throws Exception {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final AtomicBoolean replayed = new AtomicBoolean();
        try (Producer<String, byte[]> producer = broker.clients(topics).producer();
                RewardService first = service(0, failure);
                RewardService second = service(1, failure)) {
            first.start();
            second.start();
            sendAll(producer);
            final int died =
                    (int) IntStream.range(0, PAIRS).filter(PairsIT::dies).count();
            final int whole = 2 * (PAIRS - died - 1);
            await(() -> LoggedValues.read(broker, topics.scored()).size() == whole
                    && dead(LoggedValues.read(broker, topics.deadLetters())).size() == died);

            broker.create(List.of(topics.scored("again"), topics.deadLetters("again")));
            final Replay replay =
                    new Replay(broker.clients(topics), "again", settings, RolloutFilter.ALL, folder.resolve("again"));
            final List<Long> end = replay.endOffsets();
            // the late order comes after the end of the replay
            send(producer, order(LATE, 2));
            final Thread continues = new Thread(() -> {
                for (int pair = PAIRS; !replayed.get(); pair++) {
                    send(producer, order(pair, 1));
                    send(producer, order(pair, 2));
                    try {
                        Thread.sleep(20);
                    } catch (final InterruptedException e) {
                        return;
                    }
                }
            });
            continues.start();
            final long deadline = System.nanoTime() + PATIENCE.toNanos();
            assertThat(replay.run(end, () -> System.nanoTime() > deadline, offset -> {}))
                    .as("the replay ends while rollouts arrive")
                    .isTrue();
            replayed.set(true);
            continues.join();

            final List<ScoredGroup> live = LoggedValues.read(broker, topics.scored());
            final Map<String, byte[]> again = scores(LoggedValues.read(broker, topics.scored("again")));
            assertThat(again).hasSize(whole);
            scores(live).forEach((id, value) -> {
                if (again.containsKey(id)) {
                    assertThat(again.get(id)).as(id).isEqualTo(value);
                }
            });
            await(() -> LoggedValues.read(broker, topics.scored()).stream()
                    .anyMatch(group ->
                            group.getRollout().getPrompt().getPromptId().equals("p" + LATE + "-2")));
            final List<String> deadAgain = dead(LoggedValues.read(broker, topics.deadLetters("again")));
            assertThat(deadAgain).hasSize(died + 1).contains("p" + LATE + "-1");
            assertThat(dead(LoggedValues.read(broker, topics.deadLetters()))).hasSize(died);
        }
        assertThat(failure.get()).isNull();
    }

    @Test
    void shouldDecideAtTheEndAlsoAfterAReplayWasStoppedThere() throws Exception {
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            send(producer, order(0, 1));
            send(producer, order(1, 1));
            send(producer, order(1, 2));
        }
        broker.create(List.of(topics.scored("stopped"), topics.deadLetters("stopped")));
        // the group of order 1 waits until the end, which this replay does not know
        final Replay replay =
                new Replay(broker.clients(topics), "stopped", settings, RolloutFilter.ALL, folder.resolve("stopped"));
        final List<Long> ends = replay.endOffsets();
        final List<Long> later = ends.stream().map(end -> end + 1).toList();
        final AtomicBoolean processed = new AtomicBoolean();
        replay.run(later, processed::get, groups -> processed.set(groups == 3));
        assertThat(LoggedValues.read(broker, topics.deadLetters("stopped"))).isEmpty();

        assertThat(replay.run(ends, () -> false, offset -> {})).isTrue();
        assertThat(dead(LoggedValues.read(broker, topics.deadLetters("stopped"))))
                .containsExactly("p0-1");
        assertThat(scores(LoggedValues.read(broker, topics.scored("stopped")))).containsOnlyKeys("p1-1", "p1-2");
    }
}
