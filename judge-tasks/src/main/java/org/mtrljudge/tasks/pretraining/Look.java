package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.mtrljudge.tasks.pretraining.Instruction.Answer;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Questions on how a picture looks: sharpness, noise, blocks, light. */
final class Look {
    static final List<Skill> SKILLS = List.of(Look::flaw, Look::aspect, Look::aspect, Look::quality, Look::quality);

    /** A flaw, what it is called, and what its absence is called. */
    private record Aspect(Distortion flaw, String bad, String good) {}

    private static final List<Aspect> ASPECTS = List.of(
            new Aspect(Distortion.BLUR, "blurred", "sharp"),
            new Aspect(Distortion.NOISE, "noisy", "clean"),
            new Aspect(Distortion.BLOCKS, "blocky", "whole"),
            new Aspect(Distortion.DARK, "too dark", "light enough"),
            new Aspect(Distortion.BRIGHT, "too bright", "dark enough"));

    private Look() {}

    /** The words for a picture with a flaw, for example "too dark". */
    static String bad(final Distortion flaw) {
        return ASPECTS.stream()
                .filter(aspect -> aspect.flaw == flaw)
                .findFirst()
                .orElseThrow()
                .bad;
    }

    private static Instruction flaw(final SceneSampler draw) {
        final Distortion distortion = draw.pick(List.of(Distortion.values()));
        final Picture picture = Skill.picture(Skill.scene(draw), distortion, draw);
        final Distortion flaw = Belief.flaw(distortion, picture.severity(), draw);
        return new Instruction(
                picture,
                draw.pick(List.of(
                        "Which flaw has the picture?",
                        "Name the technical flaw.",
                        "What is wrong with the look of the image?")),
                new Reasoning().quality(distortion, flaw),
                new Answer.Words(flaw.word()));
    }

    private static Instruction aspect(final SceneSampler draw) {
        final Aspect aspect = draw.pick(ASPECTS);
        final Distortion distortion =
                draw.random().nextBoolean() ? aspect.flaw : draw.pick(List.of(Distortion.values()));
        final boolean bad = !Skill.positive(draw);
        return new Instruction(
                Skill.picture(Skill.scene(draw), distortion, draw),
                draw.pick(List.of("Is the picture ", "Does it look ", "Is this image "))
                        + (bad ? aspect.bad : aspect.good) + "?",
                new Reasoning().look(distortion),
                new Answer.Truth(bad == (distortion == aspect.flaw)));
    }

    private static Instruction quality(final SceneSampler draw) {
        final Distortion distortion = draw.random().nextBoolean() ? Distortion.NONE : draw.pick(Distortion.FLAWS);
        final boolean good = Skill.positive(draw);
        final String question = good
                ? draw.pick(List.of(
                        "Is the picture free of flaws?",
                        "Is the technical quality good?",
                        "Is the picture technically fine?",
                        "Would people like the quality of the image?",
                        "Does the look please a person?"))
                : draw.pick(
                        List.of("Has the picture a flaw?", "Is the quality bad?", "Is something wrong with the look?"));
        final Picture picture = Skill.picture(Skill.scene(draw), distortion, draw);
        final Distortion flaw = Belief.flaw(distortion, picture.severity(), draw);
        return new Instruction(
                picture,
                question,
                new Reasoning().quality(distortion, flaw),
                new Answer.Truth(good == (flaw == Distortion.NONE)));
    }
}
