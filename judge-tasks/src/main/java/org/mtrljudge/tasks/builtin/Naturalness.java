package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Does the image look natural? The scene is possible, and the picture has no technical flaw. */
final class Naturalness implements YesNoTask {
    @Override
    public String name() {
        return "naturalness";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        final boolean possible = positive || draw.random().nextBoolean();
        final Distortion distortion = positive || !possible ? Distortion.NONE : draw.pick(Distortion.FLAWS);
        final Scene scene = Rationality.scene(draw, possible, Math.min(2, difficulty));
        return new Case(
                List.of(new Picture(
                        scene, distortion, 4 - difficulty, draw.random().nextLong())),
                "",
                new Reasoning().plausible(scene).quality(distortion));
    }
}
