package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.VerdictType;

/** One built-in task. It makes cases, with their right verdicts. */
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

    /** A case with its right verdict. */
    record Answered(Case asked, String answer) {}

    String name();

    VerdictType verdictType();

    /** @param index of the example; what has to be balanced depends on it */
    Answered draw(SceneSampler draw, int index);
}
