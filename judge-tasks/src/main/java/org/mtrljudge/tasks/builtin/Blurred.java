package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Pictures of graded sharpness: 5 is sharp, 1 is blurred most. */
final class Blurred {
    static final int SHARP = 5;

    private Blurred() {}

    /** @param sharpness 1 to 5 */
    static Picture picture(final Scene scene, final int sharpness, final SceneSampler draw) {
        return new Picture(
                scene,
                sharpness == SHARP ? Distortion.NONE : Distortion.BLUR,
                Math.max(1, SHARP - sharpness),
                draw.random().nextLong());
    }

    /** A picture of one to three harmless objects. */
    static Picture picture(final int sharpness, final SceneSampler draw) {
        return picture(scene(draw), sharpness, draw);
    }

    static Scene scene(final SceneSampler draw) {
        return draw.draw(1 + draw.random().nextInt(3), Kind.HARMLESS);
    }

    static List<Picture> both(final int first, final int second, final SceneSampler draw) {
        return List.of(picture(first, draw), picture(second, draw));
    }
}
