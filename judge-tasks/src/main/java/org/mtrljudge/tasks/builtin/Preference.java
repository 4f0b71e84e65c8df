package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Would a person like this image for this prompt? It matches the text, and has no technical flaw. */
final class Preference implements YesNoTask {
    @Override
    public String name() {
        return "preference";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        final boolean matches = positive || draw.random().nextBoolean();
        final Distortion distortion = positive || !matches ? Distortion.NONE : draw.pick(Distortion.FLAWS);
        final Scene scene = draw.draw(Math.max(1, difficulty - 1), Kind.HARMLESS);
        final Claim claim = Claim.about(scene, matches, Kind.HARMLESS, draw);
        return new Case(
                List.of(new Picture(
                        scene, distortion, 4 - difficulty, draw.random().nextLong())),
                claim.text(),
                new Reasoning().seen(scene).asked(claim, scene).quality(distortion));
    }
}
