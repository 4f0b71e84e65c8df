package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.event.RlTotals;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.schemas.topic.Topics;

/** Whatever lies in the journal, a learner folds it or refuses it. */
class JournalFuzzTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    /** The bytes are journal entries: {@link Pieces}. */
    @FuzzTest(maxDuration = "")
    void shouldFoldOrRefuseAnyJournal(final byte[] bytes) {
        final List<TopicScan.Entry<TrainingStep>> entries = new ArrayList<>();
        for (final byte[] avro : Pieces.of(bytes, 0)) {
            final byte[] value = Pieces.record(TrainingStep.class, avro);
            try {
                entries.add(new TopicScan.Entry<>(
                        new LogOffset(0, entries.size()),
                        topics.journal().valueSerde().decode(value),
                        value));
            } catch (final SerializationException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        fold(entries);
    }

    private static void fold(final List<TopicScan.Entry<TrainingStep>> entries) {
        final List<PastRun.Asked> asked = new ArrayList<>();
        RlTotals totals = RlTotals.NONE;
        for (final TopicScan.Entry<TrainingStep> entry : entries) {
            final TrainingStep step = entry.value();
            totals = JournalKind.RL.isOf(step) ? totals.plus(step.getMetrics()) : totals;
            for (final LearnedOffset learned : step.getLearned()) {
                asked.add(new PastRun.Asked(learned.getPromptId(), purpose(learned.getPromptId())));
            }
        }
        assertThat(totals.unchangedInARow()).isBetween(0, entries.size());
        final PastRun past = new PastRun(LearnerState.fresh("digest"), entries, asked, 0);
        final Set<String> settled = past.learnedAndStaleIds();
        assertThat(settled).containsAll(past.trainingIds());
        assertThat(settled).containsAll(past.evaluationIds());
        for (final TopicScan.Entry<TrainingStep> entry : entries) {
            final PastRun until = past.upTo(entry.value().getStep());
            assertThat(until.entries()).contains(entry);
            assertThat(until.learnedAndStaleIds()).isSubsetOf(settled);
        }
    }

    /** An id of a prompt is read everywhere: the key of a record, a journal entry, a dead letter. */
    private static Purpose purpose(final String promptId) {
        PromptIds.validatedExample(promptId)
                .ifPresent(validation -> assertThat(validation.step()).isNotNegative());
        for (final Stage stage : Stage.values()) {
            PromptIds.testedExample(promptId, stage)
                    .ifPresent(example -> assertThat(promptId).endsWith(example));
        }
        try {
            assertThat(PromptIds.trainingNumber(promptId)).isNotNegative();
            assertThat(promptId).endsWith(PromptIds.trainingExample(promptId));
            return Purpose.TRAIN;
        } catch (final LearnerException e) {
            assertThat(PromptIds.isTraining(promptId)).isFalse();
            return Purpose.EVAL;
        }
    }
}
