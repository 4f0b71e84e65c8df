package org.mtrljudge.tasks.scene;

import java.util.List;

/**
 * What a picture shows.
 *
 * @param objects from left to right, one a place
 * @param sunLeft where the light comes from; shadows fall to the other side
 */
public record Scene(List<SceneObject> objects, boolean sunLeft) {

    public Scene {
        objects = List.copyOf(objects);
    }

    /** The same for two scenes that show the same things in the same places: what splits are made of. */
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
