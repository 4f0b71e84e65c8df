package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Is the image technically sound? Flaws are blur, noise, blocking and wrong exposure. */
final class Technical implements YesNoTask {
    @Override
    public String name() {
        return "technical";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        final Distortion distortion = positive ? Distortion.NONE : draw.pick(Distortion.FLAWS);
        final Picture picture = new Picture(
                draw.draw(1 + draw.random().nextInt(3), Kind.HARMLESS),
                distortion,
                4 - difficulty,
                draw.random().nextLong());
        return new Case(List.of(picture), "", new Reasoning().quality(distortion));
    }
}
