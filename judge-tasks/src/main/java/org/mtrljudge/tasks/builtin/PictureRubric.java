package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Rubric;
import org.mtrljudge.tasks.verdict.VerdictType;

/** Is the image sharp (3 or more of 5), and does it match the text (5, else 1)? Both criteria are scored, and yes needs both. */
final class PictureRubric implements BuiltInTask {
    private static final int SHARP_ENOUGH = 3;

    @Override
    public String name() {
        return "picture-rubric";
    }

    @Override
    public VerdictType verdictType() {
        return new Rubric(List.of("sharp", "match"), 1, Blurred.SHARP, YesNoTask.YES_NO.labels());
    }

    @Override
    public Answered draw(final SceneSampler draw, final int index) {
        final boolean positive = index % 2 == 0;
        final boolean matches = positive || index % 4 == 1;
        final int sharpness = positive || !matches
                ? SHARP_ENOUGH + draw.random().nextInt(Blurred.SHARP - SHARP_ENOUGH + 1)
                : 1 + draw.random().nextInt(SHARP_ENOUGH - 1);
        final Scene scene = Blurred.scene(draw);
        final Claim claim = Claim.about(scene, matches, Kind.HARMLESS, draw);
        return new Answered(
                new Case(
                        List.of(Blurred.picture(scene, sharpness, draw)),
                        claim.text(),
                        new Reasoning().sharpness(sharpness).seen(scene).asked(claim, scene)),
                "sharp: " + sharpness + "; match: " + (matches ? Blurred.SHARP : 1) + "; " + (positive ? "yes" : "no"));
    }
}
