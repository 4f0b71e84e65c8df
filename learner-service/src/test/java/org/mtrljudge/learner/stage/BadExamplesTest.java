package org.mtrljudge.learner.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.algorithm.Samples;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerTopics;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.verdict.Label;

/** Training examples that the model cannot read. */
class BadExamplesTest {
    private static final int BATCH = 3;
    private static final int EXAMPLES = 8;
    private static JudgeModel model;

    private final LearnerTopics topics = new LearnerTopics();
    private final FourBadOfEight source = new FourBadOfEight();

    @BeforeAll
    static void load() {
        model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** Examples 0 to 3 are a truncated PNG, a WebP, a text with a special token, and a picture whose file is not there. */
    private static final class FourBadOfEight implements ExampleSource {
        private static final byte[] WHOLE = new BuiltInTasks(1, 1, 1, 1)
                .example("alignment", Split.TRAIN, 0)
                .pictures()
                .get(0);

        private boolean missing = true;
        private boolean diskFails;

        @Override
        public List<String> tasks(final Split split) {
            return List.of("task");
        }

        @Override
        public int size(final String task, final Split split) {
            return EXAMPLES;
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            final String text = index == 2 ? "<image> or <image>?" : "<image> right?";
            return new JudgeExample(
                    "line-" + index, task, text, List.of(image(index)), "yes", Label.of("yes", "no"), null, null, null);
        }

        private ExampleImage image(final int index) {
            return switch (index) {
                case 0 -> new ExampleImage(Arrays.copyOf(WHOLE, WHOLE.length / 2), null);
                case 1 -> new ExampleImage("%PDF-1.7 no picture".getBytes(StandardCharsets.US_ASCII), null);
                case 3 ->
                    new ExampleImage(
                            () -> {
                                if (diskFails) {
                                    throw new UncheckedIOException(new IOException("Stale file handle"));
                                }
                                if (missing) {
                                    throw new DataException("a.png is not there");
                                }
                                return WHOLE;
                            },
                            "a.png");
                default -> new ExampleImage(WHOLE, null);
            };
        }
    }

    private static LearnerSettings settings() {
        return Samples.settings(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "actor.global_batch_size=" + BATCH,
                "rollout.n=2",
                "trainer.total_steps=10",
                "trainer.max_staleness=1",
                "trainer.val_freq=0");
    }

    private BatchCollector collector(final Exchange exchange, final PastRun past) {
        return new BatchCollector(settings(), exchange, source, past, model);
    }

    /** Answers all prompts that are not answered yet, again and again. */
    private void answerAll(final Set<String> answered, final int polls) {
        topics.returnDeadLetters();
        for (final PromptRequest prompt : topics.asked()) {
            if (answered.add(prompt.getPromptId())) {
                topics.score(prompt, prompt.getMinPolicyVersion(), "yes", "no");
            }
        }
        if (polls > 0) {
            topics.atNextPoll(() -> answerAll(answered, polls - 1));
        }
    }

    @Test
    void shouldCountAnExampleThatCannotBeEncodedAsDeadAndGoOn() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        topics.atNextPoll(() -> answerAll(new TreeSet<>(), 20));
        try (Exchange exchange = topics.exchange(past, 2 * BATCH)) {
            final BatchCollector collector = collector(exchange, past);
            for (int step = 0; step < 4; step++) {
                collector.learned(collector.collect(step, 4 - step));
            }
            final long dead = topics.deadLetters().size();
            assertThat(collector.counts()).isEqualTo(new GroupCounts(12 + dead, 12 + dead, 12, 0, dead));
            assertThat(exchange.credit()).as("a dead prompt keeps no credit").isEqualTo(2 * BATCH);
        }
        assertThat(topics.deadLetters())
                .extracting(DeadLetter::getService)
                .containsOnly("learner")
                .hasSizeGreaterThanOrEqualTo(4);
        assertThat(topics.warnings)
                .hasSameSizeAs(topics.deadLetters())
                .allMatch(warning -> warning.contains("became a dead letter in the service learner: "))
                .anyMatch(warning -> warning.contains("it is damaged"))
                .anyMatch(warning -> warning.contains("is not a PNG, JPEG, WebP, GIF or BMP picture"))
                .anyMatch(warning -> warning.contains("2 <image> placeholders and 1 images"))
                .anyMatch(warning -> warning.contains("a.png is not there"));
        assertThat(topics.asked())
                .as("no actor sees such a prompt")
                .extracting(PromptRequest::getPromptId)
                .noneMatch(id -> id.matches("train-\\d+-line-[0-3]"));
    }

    @Test
    void shouldEndWhereADiskFailsAndWriteNoDeadLetterForIt() {
        final PastRun past = PastRun.none(LearnerState.fresh(""));
        source.diskFails = true;
        topics.atNextPoll(() -> answerAll(new TreeSet<>(), 20));
        try (Exchange exchange = topics.exchange(past, 2 * BATCH)) {
            final BatchCollector collector = collector(exchange, past);
            assertThatThrownBy(() -> {
                        for (int step = 0; step < 4; step++) {
                            collector.learned(collector.collect(step, 4 - step));
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("Stale file handle");
        }
        assertThat(topics.deadLetters())
                .extracting(DeadLetter::getPromptId)
                .as("a picture that may be sound")
                .noneMatch(id -> String.valueOf(id).endsWith("-line-3"));
    }

    /** The log has all prompts and dead letters of a learner that was killed before its first step. */
    @Test
    void shouldDecideTheSameAfterARestartAlsoWhereThePictureIsThereAgain() {
        final PastRun none = PastRun.none(LearnerState.fresh(""));
        final BatchCollector.Place before;
        final List<PastRun.Asked> logged = new ArrayList<>();
        topics.atNextPoll(() -> answerAll(new TreeSet<>(), 1));
        try (Exchange exchange = topics.exchange(none, 2 * BATCH)) {
            final BatchCollector collector = collector(exchange, none);
            collector.collect(0, 10);
            before = collector.place();
        }
        topics.asked().forEach(prompt -> logged.add(new PastRun.Asked(prompt.getPromptId(), Purpose.TRAIN)));
        topics.deadLetters()
                .forEach(letter -> logged.add(new PastRun.Asked(String.valueOf(letter.getPromptId()), Purpose.TRAIN)));
        logged.sort(Comparator.comparing(prompt -> PromptIds.trainingNumber(prompt.promptId())));
        final PastRun past = new PastRun(LearnerState.fresh(""), List.of(), logged, logged.size());
        final LearnerTopics after = new LearnerTopics();
        source.missing = false;
        try (Exchange exchange = after.exchange(past, 2 * BATCH)) {
            final BatchCollector resumed = collector(exchange, past);
            assertThat(topics.deadLetters()).isNotEmpty();
            assertThat(resumed.place().schedule()).isEqualTo(before.schedule());
            assertThat(resumed.counts().published()).isEqualTo(before.counts().published());
            assertThat(after.asked()).isEmpty();
            assertThat(after.deadLetters()).isEmpty();
        }
    }
}
