package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.RlTotals;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** Updates whose gradient is not finite. */
class SkippedUpdatesTest {
    private static final JudgeExample EXAMPLE = new BuiltInTasks(1, 2, 1, 1).example("alignment", Split.TRAIN, 0);

    private static LearnedGroup withoutFiniteGradient(final LearnedGroup group) {
        return new LearnedGroup(
                group.task(), 0, group.packed(), group.behaviour(), new double[] {Double.NaN, -1}, false);
    }

    @Test
    void shouldCountASkippedUpdateAndTakeTheMeanNormOfTheOthers() {
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                GrpoTrainer trainer = new GrpoTrainer(
                        model, Samples.settings("actor.global_batch_size=1", "data.rollout_batch_size=2"))) {
            final LearnedGroup good =
                    Samples.answers(model, EXAMPLE, "yes", "no").learned();
            final LearnedGroup bad = withoutFiniteGradient(good);
            final String before = PolicyPublisher.digest(model);
            final Map<String, Double> none = trainer.learn(List.of(bad, bad));
            assertThat(none).containsEntry("actor/updates", 2.0).containsEntry("actor/skipped_updates", 2.0);
            assertThat(none.get("actor/grad_norm")).isZero();
            assertThat(PolicyPublisher.digest(model)).isEqualTo(before);

            final Map<String, Double> half = trainer.learn(List.of(bad, good));
            assertThat(half).containsEntry("actor/updates", 2.0).containsEntry("actor/skipped_updates", 1.0);
            assertThat(half.get("actor/grad_norm")).isPositive().isFinite();
            assertThat(PolicyPublisher.digest(model)).isNotEqualTo(before);
        }
    }

    private static Map<String, Double> step(final double updates, final double skipped) {
        return Map.of("actor/updates", updates, "actor/skipped_updates", skipped);
    }

    @Test
    void shouldCountTheStepsInARowThatChangedNothing() {
        final RlTotals two = RlTotals.NONE.plus(step(2, 2)).plus(step(1, 1));
        assertThat(two.unchangedInARow()).isEqualTo(2);
        assertThat(two.plus(step(0, 0)).unchangedInARow())
                .as("a step without updates")
                .isEqualTo(2);
        assertThat(two.plus(step(2, 1)).unchangedInARow()).isZero();
        assertThat(two.plus(Map.of()).unchangedInARow())
                .as("a step of an earlier build")
                .isEqualTo(2);
    }
}
