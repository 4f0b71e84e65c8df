package org.mtrljudge.tasks.builtin;

import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictType;

/** A task whose verdicts are yes and no. They alternate; the difficulty cycles through 1, 2, 3. */
interface YesNoTask extends BuiltInTask {
    /** Positive, then negative. */
    Label YES_NO = Label.of("yes", "no");

    @Override
    default VerdictType verdictType() {
        return YES_NO;
    }

    @Override
    default Answered draw(final SceneSampler draw, final int index) {
        final boolean positive = isPositive(index);
        return new Answered(
                draw(draw, positive, difficulty(index)), YES_NO.labels().get(positive ? 0 : 1));
    }

    static boolean isPositive(final int index) {
        return index % 2 == 0;
    }

    static int difficulty(final int index) {
        return 1 + index / 2 % 3;
    }

    /**
     * @param positive whether the right verdict is yes
     * @param difficulty 1 to 3; a higher difficulty has more objects and milder flaws
     */
    Case draw(SceneSampler draw, boolean positive, int difficulty);
}
