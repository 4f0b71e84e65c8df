package org.mtrljudge.tasks.scene;

import java.util.ArrayList;
import java.util.List;

/**
 * The content of a picture.
 *
 * @param objects the objects from left to right, at most one per place
 * @param sunLeft whether the light comes from the left; shadows fall to the opposite side
 */
public record Scene(List<SceneObject> objects, boolean sunLeft) {

    public Scene {
        objects = List.copyOf(objects);
    }

    /** The number of objects of a kind. */
    public int count(final Kind kind) {
        return (int) objects.stream().filter(o -> o.kind() == kind).count();
    }

    /** The oddity of the first odd object from the left; {@link Oddity#NONE} where nothing is odd. */
    public Oddity oddity() {
        return objects.stream()
                .map(SceneObject::oddity)
                .filter(o -> o != Oddity.NONE)
                .findFirst()
                .orElse(Oddity.NONE);
    }

    /** The word for the first harmful object from the left; "none" where nothing is harmful. */
    public String danger() {
        return objects.stream()
                .map(SceneObject::kind)
                .filter(Kind::harmful)
                .map(Kind::word)
                .findFirst()
                .orElse("none");
    }

    /** The same scene with another oddity of one object. */
    public Scene with(final int object, final Oddity oddity) {
        final List<SceneObject> changed = new ArrayList<>(objects);
        changed.set(object, objects.get(object).with(oddity));
        return new Scene(changed, sunLeft);
    }

    /** Equal for two scenes with the same objects at the same places. It decides the split of a scene. */
    public int contentHash() {
        int hash = sunLeft ? 17 : 31;
        for (final SceneObject o : objects) {
            hash = 31 * hash + o.kind().ordinal();
            hash = 31 * hash + o.tint().ordinal();
            hash = 31 * hash + o.place().ordinal();
        }
        hash *= 0x9E3779B1;
        return hash ^ hash >>> 15;
    }
}
