package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Which of two images matches the text? Yes means the first image. The task is out of distribution, so it has no demonstrations. */
final class PairAlignment implements YesNoTask {
    @Override
    public String name() {
        return "pair-alignment";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        while (true) {
            final Scene better = draw.draw(difficulty, Kind.HARMLESS);
            final Scene worse = draw.draw(difficulty, Kind.HARMLESS);
            final Claim claim = Claim.about(better, true, Kind.HARMLESS, draw);
            if (!claim.fits(worse)) {
                final Picture good = new Picture(better, draw.random().nextLong());
                final Picture bad = new Picture(worse, draw.random().nextLong());
                return new Case(positive ? List.of(good, bad) : List.of(bad, good), claim.text(), null);
            }
        }
    }
}
