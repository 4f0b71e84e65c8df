package org.mtrljudge.tasks.pretraining;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/**
 * Captions of scenes. The model learns to see and to describe, not to judge: the captions contain no verdict and no question of a task.
 * Each picture gets one of three questions, or a text of which the caption says what the picture shows. A share of both has reasoning
 * first and then a detail of the picture as the answer.
 */
final class Descriptions {
    private static final double ODD_SHARE = 0.35;
    private static final double SPOILED_SHARE = 0.35;
    private static final double ANSWERED_SHARE = 0.3;

    private Descriptions() {}

    static Lesson caption(final SceneSampler draw) {
        final SplittableRandom random = draw.random();
        final Scene scene = withOddity(draw.draw(1 + random.nextInt(3), List.of(Kind.values())), random);
        final Distortion distortion =
                random.nextDouble() < SPOILED_SHARE ? draw.pick(Distortion.FLAWS) : Distortion.NONE;
        final Picture picture = new Picture(scene, distortion, 1 + random.nextInt(3), random.nextLong());
        return switch (random.nextInt(3)) {
            case 0 ->
                lesson(
                        draw,
                        picture,
                        "Describe the objects.",
                        new Reasoning().seen(scene),
                        scene.objects().get(0).name());
            case 1 ->
                lesson(
                        draw,
                        picture,
                        "Describe the scene.",
                        new Reasoning().arrangement(scene),
                        scene.sunLeft() ? "left" : "right");
            default ->
                lesson(
                        draw,
                        picture,
                        "Describe the look.",
                        new Reasoning().look(distortion),
                        Reasoning.light(distortion));
        };
    }

    static Lesson lookup(final SceneSampler draw) {
        final Scene scene = draw.draw(1 + draw.random().nextInt(3), Kind.HARMLESS);
        final Claim claim = Claim.about(scene, draw.random().nextBoolean(), Kind.HARMLESS, draw);
        final Reasoning caption = new Reasoning().seen(scene).asked(claim, scene);
        final Picture picture = new Picture(scene, draw.random().nextLong());
        final String question = "Text: " + claim.text() + "\nDescribe the text.";
        return lesson(draw, picture, question, caption, claim.answerOf(scene));
    }

    /** @param detail a detail of the picture, which is the answer when an answer is wanted */
    private static Lesson lesson(
            final SceneSampler draw,
            final Picture picture,
            final String question,
            final Reasoning caption,
            final String detail) {
        final boolean answered = draw.random().nextDouble() < ANSWERED_SHARE;
        return new Lesson(
                List.of(picture),
                "<image>\n" + question + (answered ? " Think, then answer." : ""),
                answered ? caption.then(detail) : caption.text());
    }

    private static Scene withOddity(final Scene scene, final SplittableRandom random) {
        final List<SceneObject> objects = new ArrayList<>();
        for (final SceneObject o : scene.objects()) {
            final Oddity[] oddities = Oddity.values();
            objects.add(
                    random.nextDouble() < ODD_SHARE / scene.objects().size()
                            ? o.with(oddities[1 + random.nextInt(oddities.length - 1)])
                            : o);
        }
        return new Scene(objects, scene.sunLeft());
    }
}
