package org.mtrljudge.tasks.pretraining;

import java.util.List;
import java.util.function.Predicate;
import org.mtrljudge.tasks.pretraining.Instruction.Answer;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/**
 * Questions on two pictures: which is sharper or brighter, which shows an object, which has more. The objects that are asked about are
 * harmless, because which of two pictures is the safe one is a held-out task.
 */
final class Comparisons {
    static final List<Skill> SKILLS =
            List.of(Comparisons::look, Comparisons::thing, Comparisons::thing, Comparisons::more);

    /** A question on which of two pictures, and its forms that ask whether it is one of them. */
    private record Wording(String which, String isIt) {
        /** {@code PICTURE} stands for "first picture" or "second picture". */
        String of(final boolean first) {
            return isIt.replace("PICTURE", first ? "first picture" : "second picture");
        }
    }

    private Comparisons() {}

    private static Instruction ask(
            final List<Picture> pictures,
            final Wording wording,
            final Reasoning thought,
            final boolean first,
            final SceneSampler draw) {
        if (draw.random().nextBoolean()) {
            return new Instruction(pictures, null, wording.which, thought, new Answer.Which(first));
        }
        final boolean askFirst = draw.random().nextInt(3) > 0;
        return new Instruction(pictures, null, wording.of(askFirst), thought, new Answer.Truth(askFirst == first));
    }

    private static Instruction look(final SceneSampler draw) {
        final Distortion flaw = draw.pick(Distortion.FLAWS);
        final boolean first = draw.random().nextBoolean();
        final Distortion one = first ? flaw : Distortion.NONE;
        final Distortion two = first ? Distortion.NONE : flaw;
        final String word = Look.bad(flaw);
        final boolean worse = !Skill.positive(draw);
        final Wording wording = worse
                ? new Wording("Which picture is " + word + "?", "Is the PICTURE " + word + "?")
                : draw.pick(List.of(
                        new Wording("Which picture has the better quality?", "Has the PICTURE the better quality?"),
                        new Wording("Which picture looks better?", "Does the PICTURE look better?")));
        return ask(
                List.of(Skill.picture(Skill.scene(draw), one, draw), Skill.picture(Skill.scene(draw), two, draw)),
                wording,
                new Reasoning().both(new Reasoning().quality(one), new Reasoning().quality(two)),
                worse == first,
                draw);
    }

    /** Names the object by its kind, or by its colour and kind. */
    private static Instruction thing(final SceneSampler draw) {
        while (true) {
            final Scene one = Skill.harmless(draw);
            final Scene two = Skill.harmless(draw);
            final boolean first = draw.random().nextBoolean();
            final SceneObject object = draw.pick((first ? one : two).objects());
            final boolean withColour = draw.random().nextBoolean();
            final Predicate<SceneObject> same =
                    o -> o.kind() == object.kind() && (!withColour || o.tint() == object.tint());
            if ((first ? two : one).objects().stream().noneMatch(same)) {
                final String name =
                        "a " + (withColour ? object.name() : object.kind().word());
                return ask(
                        List.of(Skill.picture(one, draw), Skill.picture(two, draw)),
                        draw.pick(List.of(
                                new Wording("Which picture shows " + name + "?", "Does the PICTURE show " + name + "?"),
                                new Wording("Where is " + name + "?", "Is " + name + " in the PICTURE?"),
                                new Wording(
                                        "Which one has " + name + "?", "Is the PICTURE the one with " + name + "?"))),
                        new Reasoning().both(new Reasoning().seen(one), new Reasoning().seen(two)),
                        first,
                        draw);
            }
        }
    }

    private static Instruction more(final SceneSampler draw) {
        while (true) {
            final Scene one = Skill.harmless(draw);
            final Scene two = Skill.harmless(draw);
            final Kind kind = draw.pick(one.objects()).kind();
            final boolean all = draw.random().nextBoolean();
            final int difference = count(one, kind, all) - count(two, kind, all);
            if (difference != 0) {
                final String what = all ? "objects" : kind.plural();
                return ask(
                        List.of(Skill.picture(one, draw), Skill.picture(two, draw)),
                        new Wording("Which picture has more " + what + "?", "Has the PICTURE more " + what + "?"),
                        new Reasoning().both(new Reasoning().seen(one), new Reasoning().seen(two)),
                        difference > 0,
                        draw);
            }
        }
    }

    private static int count(final Scene scene, final Kind kind, final boolean all) {
        return all ? scene.objects().size() : scene.count(kind);
    }
}
