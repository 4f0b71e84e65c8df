package org.mtrljudge.tasks.pretraining;

import java.util.List;
import java.util.stream.Collectors;
import org.mtrljudge.tasks.pretraining.Instruction.Answer;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Questions on what is in a picture: objects, colours, numbers, places, and statements about them. */
final class Perception {
    static final List<Skill> SKILLS = List.of(
            Perception::objects,
            Perception::colour,
            Perception::number,
            Perception::place,
            Perception::presence,
            Perception::statement,
            Perception::statement,
            Perception::statement,
            Perception::statement,
            Perception::statement);

    private static final List<String> NUMBERS = List.of("none", "one", "two", "three");

    private Perception() {}

    private static Instruction objects(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw);
        return new Instruction(
                Skill.picture(scene, draw),
                draw.pick(List.of(
                        "What is in the picture?",
                        "What does the image show?",
                        "Name the objects.",
                        "List what you see from left to right.")),
                new Reasoning().seen(scene),
                new Answer.Words(scene.objects().stream().map(SceneObject::name).collect(Collectors.joining(", "))));
    }

    private static Instruction colour(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw);
        final SceneObject object = draw.pick(scene.objects());
        final String at = scene.count(object.kind()) == 1
                ? object.kind().word()
                : object.kind().word() + " on the " + object.place().word();
        return new Instruction(
                Skill.picture(scene, draw),
                draw.pick(List.of("Which colour has the ", "What is the colour of the ")) + at + "?",
                new Reasoning().seen(scene),
                new Answer.Words(object.tint().word()));
    }

    private static Instruction number(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw);
        if (draw.random().nextInt(3) == 0) {
            return new Instruction(
                    Skill.picture(scene, draw),
                    draw.pick(List.of("How many objects are there?", "Count the objects.")),
                    new Reasoning().seen(scene),
                    new Answer.Words(NUMBERS.get(scene.objects().size())));
        }
        final Kind kind = draw.random().nextInt(4) == 0
                ? draw.pick(List.of(Kind.values()))
                : draw.pick(scene.objects()).kind();
        return new Instruction(
                Skill.picture(scene, draw),
                draw.pick(List.of("How many " + kind.plural() + " are there?", "Count the " + kind.plural() + ".")),
                new Reasoning().seen(scene),
                new Answer.Words(NUMBERS.get(scene.count(kind))));
    }

    private static Instruction place(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw);
        final SceneObject object = draw.pick(scene.objects());
        final boolean unique = scene.objects().stream()
                        .filter(o -> o.name().equals(object.name()))
                        .count()
                == 1;
        return unique
                ? new Instruction(
                        Skill.picture(scene, draw),
                        draw.pick(List.of("Where is the ", "On which side do you see the ")) + object.name() + "?",
                        new Reasoning().seen(scene),
                        new Answer.Words(object.place().word()))
                : new Instruction(
                        Skill.picture(scene, draw),
                        "What is on the " + object.place().word() + "?",
                        new Reasoning().seen(scene),
                        new Answer.Words(object.name()));
    }

    private static Instruction presence(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw);
        final boolean there = draw.random().nextBoolean();
        Kind kind = draw.pick(scene.objects()).kind();
        while (!there && scene.count(kind) > 0) {
            kind = draw.pick(List.of(Kind.values()));
        }
        return new Instruction(
                Skill.picture(scene, draw),
                draw.pick(List.of("Is there a ", "Can you see a ", "Does the picture show a ", "Has this image a "))
                        + kind.word() + "?",
                new Reasoning().seen(scene),
                new Answer.Truth(there));
    }

    private static Instruction statement(final SceneSampler draw) {
        final Scene scene = Skill.scene(draw);
        final boolean holds = draw.random().nextBoolean();
        final Claim claim = Claim.about(scene, holds, List.of(Kind.values()), draw);
        return new Instruction(
                List.of(Skill.picture(scene, draw)),
                claim.text(),
                draw.pick(List.of(
                        "Is this true of the picture?",
                        "Is the text right?",
                        "Does the picture show this?",
                        "Does the image agree with the text?",
                        "Is the text a good match?",
                        "Do the two match?",
                        "Did the person get what was wanted?",
                        "Is this what the image shows?")),
                new Reasoning().seen(scene).asked(claim, scene),
                new Answer.Truth(holds));
    }
}
