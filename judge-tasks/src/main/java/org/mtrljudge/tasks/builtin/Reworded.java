package org.mtrljudge.tasks.builtin;

import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * The cases of a task under another question, which nobody is trained on.
 *
 * @param of the task whose cases are asked about
 * @param labels the labels of the new question, the one for what is so first
 * @param opposite whether the new question asks for the opposite of the old one
 */
record Reworded(String name, YesNoTask of, Label labels, boolean opposite) implements BuiltInTask {
    @Override
    public VerdictType verdictType() {
        return labels;
    }

    @Override
    public Answered draw(final SceneSampler draw, final int index) {
        final boolean positive = YesNoTask.isPositive(index);
        final Case asked = of.draw(draw, positive != opposite, YesNoTask.difficulty(index));
        return new Answered(
                new Case(asked.pictures(), asked.text(), null), labels.labels().get(positive ? 0 : 1));
    }
}
