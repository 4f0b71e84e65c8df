package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** One built-in task: how a case with a wanted verdict is made. */
interface BuiltInTask {
    /**
     * A case before its prompt is written.
     *
     * @param text what takes the place of {@code {text}} in the task's template
     */
    record Case(
            List<Picture> pictures, String text, @Nullable Reasoning reasoning) {

        /** One undistorted picture of a scene, with reasoning. */
        static Case showing(final Scene scene, final SceneSampler draw, final String text, final Reasoning reasoning) {
            return new Case(List.of(new Picture(scene, draw.random().nextLong())), text, reasoning);
        }
    }

    String name();

    /**
     * @param positive whether the right verdict is yes
     * @param difficulty 1 to 3: more objects, milder flaws
     */
    Case draw(SceneSampler draw, boolean positive, int difficulty);
}
