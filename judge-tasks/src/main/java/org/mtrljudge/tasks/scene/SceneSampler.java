package org.mtrljudge.tasks.scene;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.mtrljudge.tasks.Split;

/** Draws scenes of one split. The content of a scene decides its split, so no scene is in both training and test. */
public final class SceneSampler {
    private static final int PARTS = 10;
    private final SplittableRandom random;
    private final Split split;

    public SceneSampler(final SplittableRandom random, final Split split) {
        this.random = random;
        this.split = split;
    }

    /** The sampler of one example: the same seed and place always give the same scenes. */
    public static SceneSampler at(final long seed, final long place, final Split split) {
        return new SceneSampler(new SplittableRandom(seed * 0x9E3779B97F4A7C15L ^ place * 0xD1342543DE82EF95L), split);
    }

    /** Of ten scenes, one is for the test, one is for validation, and eight are for training. */
    static Split splitOf(final Scene scene) {
        return switch (Math.floorMod(scene.contentHash(), PARTS)) {
            case 0 -> Split.TEST;
            case 1 -> Split.VALIDATION;
            default -> Split.TRAIN;
        };
    }

    /** Draws a scene of ordinary objects of the given kinds. Some scenes repeat a kind, so that counting matters. */
    public Scene draw(final int objects, final List<Kind> kinds) {
        while (true) {
            final Scene scene = anyScene(objects, kinds);
            if (splitOf(scene) == split) {
                return scene;
            }
        }
    }

    private Scene anyScene(final int count, final List<Kind> kinds) {
        final List<Place> free = new ArrayList<>(List.of(Place.values()));
        while (free.size() > count) {
            free.remove(random.nextInt(free.size()));
        }
        final List<SceneObject> objects = new ArrayList<>();
        for (final Place place : free) {
            final boolean repeat = !objects.isEmpty() && random.nextInt(3) == 0;
            final Kind kind = repeat ? objects.get(0).kind() : pick(kinds);
            objects.add(new SceneObject(kind, pick(List.of(Tint.values())), place));
        }
        return new Scene(objects, random.nextBoolean());
    }

    public <T> T pick(final List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    public SplittableRandom random() {
        return random;
    }
}
