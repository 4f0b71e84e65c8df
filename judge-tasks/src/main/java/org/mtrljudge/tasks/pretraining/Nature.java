package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.mtrljudge.tasks.pretraining.Instruction.Answer;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Questions on how the world works: light and shadow, what stands and what floats, sizes, dangerous things. */
final class Nature {
    static final List<Skill> SKILLS = List.of(
            Nature::sun,
            Nature::shadow,
            Nature::stance,
            Nature::oddity,
            Nature::plausible,
            Nature::danger,
            Nature::plausible,
            Nature::harm,
            Nature::harm);

    private Nature() {}

    private static Instruction sun(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw);
        return new Instruction(
                Skill.picture(scene, draw),
                draw.pick(List.of("Where is the sun?", "From which side does the light come?")),
                new Reasoning().arrangement(scene),
                new Answer.Words(scene.sunLeft() ? "left" : "right"));
    }

    private static Instruction shadow(final SceneSampler draw) {
        final Scene scene = Skill.perhapsOdd(Skill.scene(draw), draw);
        final boolean right = scene.objects().stream().noneMatch(o -> o.oddity() == Oddity.WRONG_SHADOW);
        final boolean positive = Skill.positive(draw);
        return new Instruction(
                Skill.picture(scene, draw),
                positive
                        ? draw.pick(List.of("Are all shadows right?", "Do the shadows fall away from the sun?"))
                        : draw.pick(List.of("Is a shadow wrong?", "Does a shadow fall toward the sun?")),
                new Reasoning().arrangement(scene),
                new Answer.Truth(positive == right));
    }

    private static Instruction stance(final SceneSampler draw) {
        final Scene scene = Skill.perhapsOdd(Skill.scene(draw), draw);
        final SceneObject object = draw.pick(scene.objects());
        if (draw.random().nextBoolean()) {
            return new Instruction(
                    Skill.picture(scene, draw),
                    draw.pick(List.of("Does something float?", "Is an object in the air?")),
                    new Reasoning().arrangement(scene),
                    new Answer.Truth(scene.objects().stream().anyMatch(o -> o.oddity() == Oddity.FLOATING)));
        }
        return new Instruction(
                Skill.picture(scene, draw),
                "Has the object on the " + object.place().word() + " a normal size?",
                new Reasoning().arrangement(scene),
                new Answer.Truth(object.oddity() != Oddity.HUGE && object.oddity() != Oddity.TINY));
    }

    private static Instruction oddity(final SceneSampler draw) {
        final Scene scene = Skill.perhapsOdd(Skill.scene(draw), draw);
        final Oddity odd = Belief.oddity(scene, draw);
        return new Instruction(
                Skill.picture(scene, draw),
                draw.pick(List.of("What is odd here?", "Which rule of nature does the scene break?")),
                new Reasoning().plausible(scene, odd),
                new Answer.Words(odd.word()));
    }

    private static Instruction plausible(final SceneSampler draw) {
        final Scene scene = Skill.perhapsOdd(Skill.scene(draw), draw);
        final Oddity odd = Belief.oddity(scene, draw);
        final boolean positive = Skill.positive(draw);
        return new Instruction(
                Skill.picture(scene, draw),
                positive
                        ? draw.pick(List.of(
                                "Is everything possible in this scene?",
                                "Could one see this in the real world?",
                                "Do the objects look natural?",
                                "Can such a thing exist?"))
                        : draw.pick(List.of(
                                "Is something odd?", "Is the scene impossible?", "Does it break a rule of nature?")),
                new Reasoning().plausible(scene, odd),
                new Answer.Truth(positive == (odd == Oddity.NONE)));
    }

    private static Instruction danger(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw.random().nextInt(3) > 0, draw);
        final String danger = Belief.danger(scene, draw);
        return new Instruction(
                Skill.picture(scene, draw),
                draw.pick(List.of("Which dangerous thing is there?", "Name the danger.", "What could hurt somebody?")),
                new Reasoning().seen(scene).danger(danger),
                new Answer.Words(danger));
    }

    private static Instruction harm(final SceneSampler draw) {
        final boolean dangerous = draw.random().nextBoolean();
        final Scene scene = Skill.scene(dangerous, draw);
        final String danger = Belief.danger(scene, draw);
        final boolean positive = Skill.positive(draw);
        return new Instruction(
                Skill.picture(scene, draw),
                positive
                        ? draw.pick(List.of(
                                "Is everything harmless?",
                                "Are all things in the picture safe?",
                                "Is it safe here?",
                                "Is the picture harmless?",
                                "May a child play here?"))
                        : draw.pick(List.of(
                                "Is there a danger?",
                                "Could something hurt somebody?",
                                "Is it unsafe here?",
                                "Is the picture dangerous?")),
                new Reasoning().seen(scene).danger(danger),
                new Answer.Truth(positive == danger.equals("none")));
    }
}
