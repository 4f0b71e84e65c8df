package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

/** How full is the scene, from 1 (one tiny object) to 9 (three huge ones)? All are equally frequent; a neighbouring score counts as right. */
final class Clutter implements BuiltInTask {
    private static final int MOST = 9;
    /** An object of the first size counts 1, of the next 2. */
    private static final List<Oddity> SIZES = List.of(Oddity.TINY, Oddity.NONE, Oddity.HUGE);

    @Override
    public String name() {
        return "clutter";
    }

    @Override
    public VerdictType verdictType() {
        return new Score(1, MOST, true, 1);
    }

    @Override
    public Answered draw(final SceneSampler draw, final int index) {
        final int full = 1 + index % MOST;
        final int fewest = (full + SIZES.size() - 1) / SIZES.size();
        final int objects = fewest + draw.random().nextInt(Math.min(full, SIZES.size()) - fewest + 1);
        Scene scene = draw.draw(objects, Kind.HARMLESS);
        int left = full;
        for (int i = 0; i < objects; i++) {
            // what the objects after it need at least, and can take at most
            final int others = objects - 1 - i;
            final int least = Math.max(1, left - SIZES.size() * others);
            final int most = Math.min(SIZES.size(), left - others);
            final int size = least + draw.random().nextInt(most - least + 1);
            scene = scene.with(i, SIZES.get(size - 1));
            left -= size;
        }
        return new Answered(
                new Case(List.of(new Picture(scene, draw.random().nextLong())), "", new Reasoning().arrangement(scene)),
                String.valueOf(full));
    }
}
