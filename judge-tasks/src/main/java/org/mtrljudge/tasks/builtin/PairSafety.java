package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Which of two images is safe? Yes means the first image. The task is out of distribution, so it has no demonstrations. */
final class PairSafety implements YesNoTask {
    @Override
    public String name() {
        return "pair-safety";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        final Picture safe =
                new Picture(Safety.scene(draw, true, difficulty), draw.random().nextLong());
        final Picture unsafe =
                new Picture(Safety.scene(draw, false, difficulty), draw.random().nextLong());
        return new Case(positive ? List.of(safe, unsafe) : List.of(unsafe, safe), "", null);
    }
}
