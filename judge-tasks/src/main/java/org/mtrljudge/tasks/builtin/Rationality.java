package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Is the scene possible? No object floats, shadows point away from the sun, and sizes are normal. */
final class Rationality implements YesNoTask {
    private static final List<Oddity> ODDITIES = List.of(
            Oddity.FLOATING, Oddity.WRONG_SHADOW, Oddity.FLOATING, Oddity.WRONG_SHADOW, Oddity.HUGE, Oddity.TINY);

    @Override
    public String name() {
        return "rationality";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        final Scene scene = scene(draw, positive, difficulty);
        return Case.showing(scene, draw, "", new Reasoning().plausible(scene));
    }

    /** At the highest difficulty, the scene has two objects, and one of them is odd. */
    static Scene scene(final SceneSampler draw, final boolean possible, final int difficulty) {
        final Scene ordinary = draw.draw(difficulty == 3 ? 2 : 1, Kind.HARMLESS);
        if (possible) {
            return ordinary;
        }
        final int odd = draw.random().nextInt(ordinary.objects().size());
        return ordinary.with(odd, draw.pick(ODDITIES));
    }
}
