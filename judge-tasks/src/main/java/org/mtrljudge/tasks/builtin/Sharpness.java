package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

/** How sharp is the image, from 1 to 5? Every score is equally frequent. */
final class Sharpness implements BuiltInTask {
    @Override
    public String name() {
        return "sharpness";
    }

    @Override
    public VerdictType verdictType() {
        return new Score(1, Blurred.SHARP, true, 0);
    }

    @Override
    public Answered draw(final SceneSampler draw, final int index) {
        final int sharpness = 1 + index % Blurred.SHARP;
        return new Answered(
                new Case(List.of(Blurred.picture(sharpness, draw)), "", new Reasoning().sharpness(sharpness)),
                String.valueOf(sharpness));
    }
}
