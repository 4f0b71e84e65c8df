package org.mtrljudge.tasks.builtin;

import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Does the text match the image? It can name objects, colours, counts and places. */
final class Alignment implements YesNoTask {
    @Override
    public String name() {
        return "alignment";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        final Scene scene = draw.draw(difficulty, Kind.HARMLESS);
        final Claim claim = Claim.about(scene, positive, Kind.HARMLESS, draw);
        return Case.showing(
                scene, draw, claim.text(), new Reasoning().seen(scene).asked(claim, scene));
    }
}
