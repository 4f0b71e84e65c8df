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

    /**
     * Whether a question asks for what is good. Most do: a model that sees both equally often learns neither for a long time, because
     * then no word of its thoughts goes with yes or no by itself.
     */
    static boolean positive(final SceneSampler draw) {
        return draw.random().nextInt(4) > 0;
    }

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

    /** A scene with a dangerous object, or without one. */
    static Scene scene(final boolean dangerous, final SceneSampler draw) {
        Scene scene = harmless(draw);
        while (dangerous && scene.objects().stream().noneMatch(o -> o.kind().harmful())) {
            scene = scene(draw);
        }
        return scene;
    }

    /** Half of the scenes get one odd object. */
    static Scene perhapsOdd(final Scene scene, final SceneSampler draw) {
        return draw.random().nextBoolean()
                ? scene
                : scene.with(draw.random().nextInt(scene.objects().size()), draw.pick(ODDITIES));
    }
}
