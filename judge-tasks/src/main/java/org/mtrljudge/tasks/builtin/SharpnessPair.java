package org.mtrljudge.tasks.builtin;

import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.VerdictType;

/** Which of two images is sharper? The first, the second and a tie are equally frequent. */
final class SharpnessPair implements BuiltInTask {
    private static final Pair TYPE = new Pair("1", "2", "tie");

    @Override
    public String name() {
        return "sharpness-pair";
    }

    @Override
    public VerdictType verdictType() {
        return TYPE;
    }

    @Override
    public Answered draw(final SceneSampler draw, final int index) {
        final String answer = TYPE.labels().get(index % 3);
        final int better = 2 + draw.random().nextInt(Blurred.SHARP - 1);
        final int worse = answer.equals(TYPE.tie()) ? better : 1 + draw.random().nextInt(better - 1);
        final int first = answer.equals(TYPE.second()) ? worse : better;
        final int second = answer.equals(TYPE.second()) ? better : worse;
        return new Answered(
                new Case(
                        Blurred.both(first, second, draw),
                        "",
                        new Reasoning().both(new Reasoning().sharpness(first), new Reasoning().sharpness(second))),
                answer);
    }
}
