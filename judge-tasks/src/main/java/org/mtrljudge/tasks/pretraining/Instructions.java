package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.SceneSampler;

/**
 * Questions about scenes in many formats: one picture or two, answers in words or labels of several vocabularies,
 * with and without tags, as the prompt asks. From them judge-tiny learns to do as it is told. No prompt has the wording of
 * a judging task's question; none has a text and asks about quality, or about plausibility and quality together; two
 * pictures are compared by their look, an object or a number, never by a text that stands beside them or by their safety. Of one of two
 * pictures such things are asked ({@link OneOfTwo}), whatever the other shows.
 */
final class Instructions {
    private static final List<List<Skill>> ONE_PICTURE = List.of(Perception.SKILLS, Look.SKILLS, Nature.SKILLS);
    private static final List<List<Skill>> TWO_PICTURES = List.of(Comparisons.SKILLS, OneOfTwo.SKILLS, OneOfTwo.SKILLS);
    private static final double TWO_PICTURES_SHARE = 0.5;
    private static final double BESIDE_A_TEXT_SHARE = 0.1;
    private static final List<String> STATEMENTS = List.of("Statement: ", "Text: ", "A person wants: ", "It says: ");

    private Instructions() {}

    /** @param mistakes the share of yes-or-no answers that are wrong */
    static Lesson draw(final SceneSampler draw, final double mistakes) {
        final List<Skill> skills =
                draw.pick(draw.random().nextDouble() < TWO_PICTURES_SHARE ? TWO_PICTURES : ONE_PICTURE);
        final Instruction drawn = draw.pick(skills).draw(draw);
        final Instruction asked = skills == Look.SKILLS ? drawn : perhapsBesideAText(drawn, draw);
        final Instruction answered = draw.random().nextDouble() < mistakes ? mistaken(asked) : asked;
        final Wanted wanted = Wanted.draw(answered.answer(), draw);
        return new Lesson(answered.pictures(), prompt(answered, wanted, draw), wanted.completion(answered));
    }

    /** Some questions about one picture stand beside a text that does not matter for them. */
    private static Instruction perhapsBesideAText(final Instruction asked, final SceneSampler draw) {
        if (asked.statement() != null
                || asked.pictures().size() > 1
                || draw.random().nextDouble() >= BESIDE_A_TEXT_SHARE) {
            return asked;
        }
        final Claim text = Claim.about(Skill.scene(draw), true, List.of(Kind.values()), draw);
        return new Instruction(asked.pictures(), text.text(), asked.question(), asked.thought(), asked.answer());
    }

    private static Instruction mistaken(final Instruction asked) {
        return asked.answer() instanceof Instruction.Answer.Truth truth
                ? new Instruction(
                        asked.pictures(),
                        asked.statement(),
                        asked.question(),
                        asked.thought(),
                        new Instruction.Answer.Truth(!truth.holds()))
                : asked;
    }

    private static String prompt(final Instruction asked, final Wanted wanted, final SceneSampler draw) {
        final String statement = asked.statement() == null ? "" : draw.pick(STATEMENTS) + asked.statement() + "\n";
        final String question = draw.random().nextBoolean()
                ? asked.question()
                : asked.question().replace("picture", "image");
        return "<image>\n".repeat(asked.pictures().size()) + statement + question + wanted.labels() + "\n"
                + wanted.format();
    }
}
