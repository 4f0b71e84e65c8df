package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.mtrljudge.tasks.pretraining.Instruction.Answer;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneSampler;

/**
 * Questions on one of two pictures: whether a statement is true of it, whether it shows a danger. The other picture decides nothing: both may
 * fit, or neither. So nothing is compared by a text or by safety, as held-out tasks want it; the model learns which picture is which.
 */
final class OneOfTwo {
    static final List<Skill> SKILLS = List.of(OneOfTwo::statement, OneOfTwo::danger);

    private static final List<String> HARMLESS = List.of(
            "Is everything harmless in the PICTURE?",
            "Are all things safe in the PICTURE?",
            "Is the PICTURE harmless?",
            "Is the PICTURE free of danger?",
            "Is it safe in the PICTURE?");
    private static final List<String> DANGEROUS =
            List.of("Is there a danger in the PICTURE?", "Is the PICTURE dangerous?", "Is it unsafe in the PICTURE?");
    private static final List<String> TRUE = List.of(
            "Is this true of the PICTURE?", "Is the text right for the PICTURE?", "Does this agree with the PICTURE?");

    private OneOfTwo() {}

    private static String named(final boolean first) {
        return first ? "first picture" : "second picture";
    }

    private static Instruction statement(final SceneSampler draw) {
        final Scene one = Skill.scene(draw);
        final Scene two = Skill.scene(draw);
        final boolean aboutFirst = draw.random().nextBoolean();
        final boolean holds = draw.random().nextInt(4) > 0;
        final Claim claim = Claim.about(aboutFirst ? one : two, holds, List.of(Kind.values()), draw);
        // often the picture that the statement was made for, so that yes and no are about equally frequent
        final boolean askFirst = (draw.random().nextInt(3) > 0) == aboutFirst;
        final Scene asked = askFirst ? one : two;
        return new Instruction(
                List.of(Skill.picture(one, draw), Skill.picture(two, draw)),
                claim.text(),
                draw.pick(TRUE).replace("PICTURE", named(askFirst)),
                new Reasoning().ofOne(askFirst, new Reasoning().seen(asked).asked(claim, asked)),
                new Answer.Truth(claim.fits(asked)));
    }

    private static Instruction danger(final SceneSampler draw) {
        final Scene one = Skill.scene(draw.random().nextBoolean(), draw);
        final Scene two = Skill.scene(draw.random().nextBoolean(), draw);
        final boolean askFirst = draw.random().nextBoolean();
        final Scene asked = askFirst ? one : two;
        final String danger = Belief.danger(asked, draw);
        final boolean positive = Skill.positive(draw);
        return new Instruction(
                List.of(Skill.picture(one, draw), Skill.picture(two, draw)),
                null,
                draw.pick(positive ? HARMLESS : DANGEROUS).replace("PICTURE", named(askFirst)),
                new Reasoning().ofOne(askFirst, new Reasoning().seen(asked).danger(danger)),
                new Answer.Truth(positive == danger.equals("none")));
    }
}
