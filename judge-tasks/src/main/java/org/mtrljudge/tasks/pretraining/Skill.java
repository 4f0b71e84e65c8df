package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Draws questions of one kind. */
interface Skill {
    List<Oddity> ODDITIES = List.of(Oddity.FLOATING, Oddity.WRONG_SHADOW, Oddity.HUGE, Oddity.TINY);

    Instruction draw(SceneSampler draw);

    /** A picture of a scene, with details without meaning. */
    static Picture picture(final Scene scene, final SceneSampler draw) {
        return picture(scene, Distortion.NONE, draw);
    }

    static Picture picture(final Scene scene, final Distortion distortion, final SceneSampler draw) {
        return new Picture(
                scene, distortion, 1 + draw.random().nextInt(3), draw.random().nextLong());
    }

    /** A scene of one to three harmless objects. */
    static Scene harmless(final SceneSampler draw) {
        return draw.draw(1 + draw.random().nextInt(3), Kind.HARMLESS);
    }

    /** A scene of one to three objects of any kind. */
    static Scene scene(final SceneSampler draw) {
        return draw.draw(1 + draw.random().nextInt(3), List.of(Kind.values()));
    }

    /** Half of the scenes get one odd object. */
    static Scene perhapsOdd(final Scene scene, final SceneSampler draw) {
        return draw.random().nextBoolean()
                ? scene
                : scene.with(draw.random().nextInt(scene.objects().size()), draw.pick(ODDITIES));
    }
}
