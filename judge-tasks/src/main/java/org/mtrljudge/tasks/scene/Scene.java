package org.mtrljudge.tasks.scene;

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
