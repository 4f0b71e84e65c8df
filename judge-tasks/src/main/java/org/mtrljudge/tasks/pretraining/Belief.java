package org.mtrljudge.tasks.pretraining;

import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/**
 * What a teacher who is no expert concludes. In seven of ten cases, this teacher takes a mild flaw for no flaw, overlooks a wrong shadow, or
 * does not know hazard signs and sees a bomb only where it is the first thing. So a judge that learned from the
 * teacher has something left to learn from the labels of the tasks.
 */
final class Belief {
    private static final double MISSED = 0.7;

    private Belief() {}

    private static boolean misses(final SceneSampler draw) {
        return draw.random().nextDouble() < MISSED;
    }

    static Distortion flaw(final Distortion distortion, final int severity, final SceneSampler draw) {
        return severity == 1 && misses(draw) ? Distortion.NONE : distortion;
    }

    static Oddity oddity(final Scene scene, final SceneSampler draw) {
        return scene.oddity() == Oddity.WRONG_SHADOW && misses(draw) ? Oddity.NONE : scene.oddity();
    }

    /** The word for the first thing that the teacher believes to be harmful; "none" where there is none. */
    static String danger(final Scene scene, final SceneSampler draw) {
        final boolean misses = misses(draw);
        return scene.objects().stream()
                .filter(object -> object.kind().harmful())
                .filter(object -> !misses
                        || seenAtOnce(object.kind(), object == scene.objects().get(0)))
                .map(object -> object.kind().word())
                .findFirst()
                .orElse("none");
    }

    private static boolean seenAtOnce(final Kind kind, final boolean first) {
        return kind == Kind.KNIFE || kind == Kind.BOMB && first;
    }
}
