package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.SftSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

class DemonstrationsTest {
    @Test
    void shouldContainOnlyTheVerdictWhenOnlyLabelsAreWanted() {
        final JudgeExample example = new BuiltInTasks(1, 2, 1, 1).example("safety", Split.TRAIN, 0);
        assertThat(Demonstrations.text(example, true)).isEqualTo("<answer>" + example.answer() + "</answer>");
        assertThat(Demonstrations.text(example, false))
                .startsWith("<think>")
                .endsWith("<answer>" + example.answer() + "</answer>");
    }

    /** Every second picture of a task is no picture. */
    private static final class HalfBad implements ExampleSource {
        private final ExampleSource whole = new BuiltInTasks(1, 8, 1, 1);
        private boolean diskFails;

        @Override
        public List<String> tasks(final Split split) {
            return List.of("safety");
        }

        @Override
        public int size(final String task, final Split split) {
            return whole.size(task, split);
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            final JudgeExample example = whole.example(task, split, index);
            return index % 2 == 0
                    ? example
                    : new JudgeExample(
                            example.id(),
                            task,
                            example.prompt(),
                            List.of(new ExampleImage(this::bad, null)),
                            example.answer(),
                            example.verdictType(),
                            null,
                            null,
                            null);
        }

        private byte[] bad() {
            if (diskFails) {
                throw new UncheckedIOException(new IOException("Stale file handle"));
            }
            return new byte[] {1, 2, 3};
        }
    }

    /** A batch that depended on the state of a mount would be another batch after a restart. */
    @Test
    void shouldEndWhereADiskFailsInsteadOfLeavingOutDemonstrations() {
        final HalfBad source = new HalfBad();
        source.diskFails = true;
        final SftSettings settings =
                Samples.settings("sft.demos_per_task=8", "sft.batch_size=32").sft();
        final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            final Demonstrations demonstrations = new Demonstrations(source, model, settings, 1, warnings::add);
            assertThatThrownBy(() -> demonstrations.next(32))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("Stale file handle");
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldLeaveOutWhatTheModelCannotReadAndLearnTheRest() {
        final List<String> warnings = new ArrayList<>();
        final SftSettings settings =
                Samples.settings("sft.demos_per_task=8", "sft.batch_size=32").sft();
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            final Demonstrations demonstrations = new Demonstrations(new HalfBad(), model, settings, 1, message -> {
                synchronized (warnings) {
                    warnings.add(message);
                }
            });
            assertThat(demonstrations.next(32)).hasSizeBetween(4, 28);
            assertThat(demonstrations.next(32)).hasSizeBetween(4, 28);
        }
        assertThat(warnings)
                .as("one per demonstration")
                .doesNotHaveDuplicates()
                .hasSizeBetween(1, 4)
                .allMatch(message -> message.contains("is not a PNG, JPEG, WebP, GIF or BMP picture"));
    }

    @Test
    void shouldRefuseToTeachAVerdictThatNobodyMayGive() {
        final VerdictType whole = new Score(1, 5, true, 0.5);
        assertThat(Demonstrations.text(labelled("4", whole), true)).isEqualTo("<answer>4</answer>");
        assertThatThrownBy(() -> Demonstrations.text(labelled("3.4", whole), true))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "the right answer of x, '3.4', cannot be learned as a verdict, which is a whole number from 1 to 5");
        assertThat(Demonstrations.text(labelled(" no", Label.of("yes", " no")), true))
                .isEqualTo("<answer> no</answer>");
    }

    private static JudgeExample labelled(final String answer, final VerdictType type) {
        return new JudgeExample("x", "t", "?", List.of(), answer, type, null, null, null);
    }
}
