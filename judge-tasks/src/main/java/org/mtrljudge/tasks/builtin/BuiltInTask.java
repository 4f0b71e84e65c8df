package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** One built-in task. It makes a case with a given verdict. */
interface BuiltInTask {
    /**
     * A case, before its prompt is made.
     *
     * @param text the text that replaces {@code {text}} in the template of the task
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
     * @param difficulty 1 to 3; a higher difficulty has more objects and milder flaws
     */
    Case draw(SceneSampler draw, boolean positive, int difficulty);
}
