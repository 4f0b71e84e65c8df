package org.mtrljudge.tasks.pretraining;

import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Draws questions of one kind. */
interface Skill {
    Instruction draw(SceneSampler draw);

    /** A picture of a scene, with details without meaning. */
    static Picture picture(final Scene scene, final SceneSampler draw) {
        return picture(scene, Distortion.NONE, draw);
    }

    static Picture picture(final Scene scene, final Distortion distortion, final SceneSampler draw) {
        return new Picture(
                scene, distortion, 1 + draw.random().nextInt(3), draw.random().nextLong());
    }

    /** A scene of one to three objects of any kind. */
    static Scene scene(final SceneSampler draw) {
        return draw.draw(1 + draw.random().nextInt(3), List.of(Kind.values()));
    }

    /** The same scene with one odd object. */
    static Scene odd(final Scene scene, final Oddity oddity, final SceneSampler draw) {
        final List<SceneObject> objects = new ArrayList<>(scene.objects());
        final int place = draw.random().nextInt(objects.size());
        objects.set(place, objects.get(place).with(oddity));
        return new Scene(objects, scene.sunLeft());
    }
}
