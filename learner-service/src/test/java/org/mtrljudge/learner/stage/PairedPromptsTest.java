package org.mtrljudge.learner.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.algorithm.Samples;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerTopics;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;

/** Prompts of pairs. As in the reward service, a group is answered only when both orders of its pair are asked. */
class PairedPromptsTest {
    private static final int BATCH = 3;
    private static final Map<String, Integer> ORDERS = Map.of("pairs", 2, "triples", 3, "fours", 4);
    private static JudgeModel model;

    private final LearnerTopics topics = new LearnerTopics();
    private final Set<String> answered = new HashSet<>();
    private int version;
    private int polls;

    @BeforeAll
    static void load() {
        model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /**
     * Task "pairs" has both orders of ten questions: examples 0 and 10, 1 and 11, … Task "fours" has the four orders of five, "triples" the three orders of six. Other tasks
     * have questions in one order.
     *
     * @param missing the index of an example whose picture is not there
     */
    private record Questions(List<String> tasks, int missing) implements ExampleSource {
        @Override
        public List<String> tasks(final Split split) {
            return tasks;
        }

        @Override
        public int size(final String task, final Split split) {
            return 20;
        }

        @Override
        public List<Integer> otherOrders(final String task, final Split split, final int index) {
            return switch (task) {
                case "triples" -> index < 18 ? List.of((index + 6) % 18, (index + 12) % 18) : List.of();
                case "pairs" -> List.of((index + 10) % 20);
                case "fours" -> List.of((index + 5) % 20, (index + 10) % 20, (index + 15) % 20);
                default -> List.of();
            };
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            final ExampleImage gone = new ExampleImage(
                    () -> {
                        throw new DataException("a.png is not there");
                    },
                    "a.png");
            return new JudgeExample(
                    task + index,
                    task,
                    index == missing ? "<image> right?" : "right?",
                    index == missing ? List.of(gone) : List.of(),
                    "yes",
                    Label.of("yes", "no"),
                    null,
                    null,
                    null);
        }
    }

    private static LearnerSettings settings(final int maxStaleness) {
        return Samples.settings(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "actor.global_batch_size=" + BATCH,
                "rollout.n=2",
                "trainer.total_steps=10",
                "trainer.max_staleness=" + maxStaleness,
                "trainer.val_freq=0");
    }

    private Exchange exchange(final int maxStaleness) {
        topics.atNextPoll(this::answerPairs);
        return topics.exchange(PastRun.none(LearnerState.fresh("")), (maxStaleness + 1) * BATCH);
    }

    private static BatchCollector collector(
            final Exchange exchange, final ExampleSource source, final int maxStaleness) {
        return new BatchCollector(
                settings(maxStaleness), exchange, source, PastRun.none(LearnerState.fresh("")), model);
    }

    /** At every poll, answers the groups without a pair, and the pairs of which all orders are asked. */
    private void answerPairs() {
        topics.returnDeadLetters();
        final Map<String, Integer> orders = new HashMap<>();
        topics.asked().forEach(prompt -> orders.merge(String.valueOf(prompt.getPairId()), 1, Integer::sum));
        for (final PromptRequest prompt : topics.asked()) {
            final boolean complete =
                    prompt.getPairId() == null || orders.get(prompt.getPairId()) == ORDERS.get(prompt.getTask());
            if (complete && answered.add(prompt.getPromptId())) {
                topics.score(prompt, version, "yes", "no");
            }
        }
        assertThat(polls--).as("polls until the batch is full").isPositive();
        topics.atNextPoll(this::answerPairs);
    }

    /** Learns a batch of the version. */
    private void learn(final BatchCollector collector, final int present, final int stepsLeft) {
        version = present;
        polls = 50;
        collector.learned(collector.collect(present, stepsLeft));
    }

    @Test
    void shouldNameThePairOfAnExampleThatCannotBeEncoded() {
        final int missing = 4;
        try (Exchange exchange = exchange(1)) {
            final BatchCollector collector = collector(exchange, new Questions(List.of("pairs"), missing), 1);
            for (int step = 0; topics.deadLetters().isEmpty(); step++) {
                learn(collector, step, 10 - step);
            }
        }
        final DeadLetter letter = topics.deadLetters().get(0);
        assertThat(letter.getPromptId()).endsWith("-pairs" + missing);
        assertThat(letter.getPairId()).isNotNull();
        assertThat(topics.asked())
                .filteredOn(prompt -> Objects.equals(prompt.getPairId(), letter.getPairId()))
                .extracting(PromptRequest::getPromptId)
                .singleElement()
                .asString()
                .endsWith("-pairs14");
    }

    /** The window is one batch, and the second order of its second pair has no place in it. */
    @Test
    void shouldAskTheSecondOrderOfAPairThatTheBatchNeedsAlsoWithoutCredit() {
        try (Exchange exchange = exchange(0)) {
            final BatchCollector collector = collector(exchange, new Questions(List.of("pairs"), -1), 0);
            learn(collector, 0, 10);
            assertThat(topics.asked()).hasSize(BATCH + 1);
            assertThat(collector.counts()).isEqualTo(new GroupCounts(4, 3, 3, 0, 0));
            learn(collector, 1, 9);
            assertThat(collector.drainStaleIds())
                    .as("the group that was left over is now too old")
                    .containsExactly(topics.asked().get(BATCH).getPromptId());
            assertThat(collector.counts()).isEqualTo(new GroupCounts(8, 7, 6, 1, 0));
        }
    }

    /** The window is one batch, and a question has one order more. */
    @Test
    void shouldAskAllOrdersOfAQuestionThatTheBatchNeedsAlsoWithoutCredit() {
        try (Exchange exchange = exchange(0)) {
            final BatchCollector collector = collector(exchange, new Questions(List.of("fours"), -1), 0);
            learn(collector, 0, 10);
            assertThat(topics.asked()).hasSize(BATCH + 1);
            assertThat(topics.asked())
                    .extracting(PromptRequest::getPairId)
                    .containsOnly(topics.asked().get(0).getPairId());
            learn(collector, 1, 9);
            assertThat(collector.counts()).isEqualTo(new GroupCounts(8, 7, 6, 1, 0));
        }
    }

    /** Three places: after the first triple of the second batch, none is left for the later orders of the next. */
    @Test
    void shouldNotWaitForAQuestionOfWhichItAsksNoMore() {
        try (Exchange exchange = exchange(0)) {
            final BatchCollector collector =
                    collector(exchange, new Questions(List.of("single", "triples", "triples", "fours"), -1), 0);
            for (int step = 0; step < 8; step++) {
                learn(collector, step, 10 - step);
            }
            assertThat(collector.counts().learned()).isEqualTo(8 * BATCH);
        }
    }

    /** One place is left before a pause. */
    @Test
    void shouldAskTheSecondOrderOfAPairThatBeginsInTheLastPlaceBeforeAPause() {
        try (Exchange exchange = exchange(1)) {
            final BatchCollector collector = collector(exchange, new Questions(List.of("pairs"), -1), 1);
            learn(collector, 0, 1);
            assertThat(topics.asked()).hasSize(BATCH + 1);
            // the group that was left over is learned after the pause, and the next pause has no odd place
            learn(collector, 1, 1);
            assertThat(topics.asked()).hasSize(2 * BATCH);
            assertThat(collector.counts()).isEqualTo(new GroupCounts(6, 6, 6, 0, 0));
        }
    }

    @Test
    void shouldNotExceedItsCreditWhereOtherGroupsFillTheBatch() {
        try (Exchange exchange = exchange(2)) {
            final BatchCollector collector = collector(exchange, new Questions(List.of("pairs"), -1), 2);
            learn(collector, 0, 10);
            assertThat(topics.asked()).as("nine places, so a first order waits").hasSize(3 * BATCH);
            learn(collector, 1, 9);
            assertThat(topics.asked()).hasSize(4 * BATCH);
        }
    }

    @Test
    void shouldFillTheLastPlaceOfTheWindowWithAQuestionInOneOrder() {
        try (Exchange exchange = exchange(0)) {
            final BatchCollector collector =
                    collector(exchange, new Questions(List.of("single", "other", "pairs"), -1), 0);
            for (int step = 0; step < 4; step++) {
                learn(collector, step, 10 - step);
            }
            assertThat(collector.counts()).isEqualTo(new GroupCounts(12, 12, 12, 0, 0));
        }
    }
}
