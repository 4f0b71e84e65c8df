package org.mtrljudge.tasks.builtin;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/**
 * Captions of scenes from the training split. The shipped judge-tiny was pretrained on them. It learns to see and to describe, not to
 * judge: the captions contain no verdict and no question of a task. Each picture gets one of three questions. For a share of the
 * pictures, the prompt gives a text instead, and the caption says what the picture shows for this text. A share of both has reasoning
 * first and then a detail of the picture as the answer, so that judge-tiny knows the tags, as a published model does.
 */
public final class Descriptions implements ExampleSource {
    /** The one task of this source. */
    public static final String TASK = "describe";

    private static final double ODD_SHARE = 0.35;
    private static final double SPOILED_SHARE = 0.35;
    private static final double ANSWERED_SHARE = 0.3;
    private final long seed;
    private final int trainSize;
    private final double lookupShare;

    /** @param lookupShare the share of examples that look up a text in the picture, 0..1 */
    public Descriptions(final long seed, final int trainSize, final double lookupShare) {
        this.seed = seed;
        this.trainSize = trainSize;
        this.lookupShare = lookupShare;
    }

    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TRAIN ? List.of(TASK) : List.of();
    }

    @Override
    public int size(final String task, final Split split) {
        return split == Split.TRAIN ? trainSize : 0;
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        final SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L ^ index * 0xD1342543DE82EF95L);
        final SceneSampler draw = new SceneSampler(random, Split.TRAIN);
        if (random.nextDouble() < lookupShare) {
            return lookup(draw, index);
        }
        final Scene scene = withOddity(draw.draw(1 + random.nextInt(3), List.of(Kind.values())), random);
        final Distortion distortion =
                random.nextDouble() < SPOILED_SHARE ? draw.pick(Technical.FLAWS) : Distortion.NONE;
        final Picture picture = new Picture(scene, distortion, 1 + random.nextInt(3), random.nextLong());
        return switch (random.nextInt(3)) {
            case 0 ->
                example(
                        draw,
                        index,
                        picture,
                        "Describe the objects.",
                        new Reasoning().seen(scene),
                        scene.objects().get(0).name());
            case 1 ->
                example(
                        draw,
                        index,
                        picture,
                        "Describe the scene.",
                        new Reasoning().arrangement(scene),
                        scene.sunLeft() ? "left" : "right");
            default ->
                example(
                        draw,
                        index,
                        picture,
                        "Describe the look.",
                        new Reasoning().look(distortion),
                        Reasoning.light(distortion));
        };
    }

    private static JudgeExample lookup(final SceneSampler draw, final int index) {
        final Scene scene = draw.draw(1 + draw.random().nextInt(3), Kind.HARMLESS);
        final Claim claim = Claim.about(scene, draw.random().nextBoolean(), Kind.HARMLESS, draw);
        final Reasoning caption = new Reasoning().seen(scene).asked(claim, scene);
        final Picture picture = new Picture(scene, draw.random().nextLong());
        final String question = "Text: " + claim.text() + "\nDescribe the text.";
        return example(draw, index, picture, question, caption, claim.answerOf(scene));
    }

    /** @param detail a detail of the picture, which is the answer when an answer is wanted */
    private static JudgeExample example(
            final SceneSampler draw,
            final int index,
            final Picture picture,
            final String question,
            final Reasoning caption,
            final String detail) {
        final boolean answered = draw.random().nextDouble() < ANSWERED_SHARE;
        final String text = answered ? caption.then(detail) : caption.text();
        return new JudgeExample(
                TASK + "-" + index,
                TASK,
                "<image>\n" + question + (answered ? " Think, then answer." : ""),
                List.of(new ExampleImage(picture.toPng(), null)),
                text,
                List.of(),
                null,
                text,
                null);
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
