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

/** How full is the scene, from 1 (one tiny object) to 9 (three huge ones)? A neighbouring score counts as right. */
final class Clutter implements BuiltInTask {
    private static final List<Oddity> SIZES = List.of(Oddity.TINY, Oddity.NONE, Oddity.HUGE);

    @Override
    public String name() {
        return "clutter";
    }

    @Override
    public VerdictType verdictType() {
        return new Score(1, 9, true, 1);
    }

    @Override
    public Answered draw(final SceneSampler draw, final int index) {
        Scene scene = draw.draw(1 + index % 3, Kind.HARMLESS);
        int full = 0;
        for (int i = 0; i < scene.objects().size(); i++) {
            final Oddity size = draw.pick(SIZES);
            scene = scene.with(i, size);
            full += 1 + SIZES.indexOf(size);
        }
        return new Answered(
                new Case(List.of(new Picture(scene, draw.random().nextLong())), "", new Reasoning().arrangement(scene)),
                String.valueOf(full));
    }
}
