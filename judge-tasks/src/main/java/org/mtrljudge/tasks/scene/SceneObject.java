package org.mtrljudge.tasks.scene;

/** One object of a scene. */
public record SceneObject(Kind kind, Tint tint, Place place, Oddity oddity) {

    /** An ordinary object. */
    public SceneObject(final Kind kind, final Tint tint, final Place place) {
        this(kind, tint, place, Oddity.NONE);
    }

    /** The name, for example "red ball". */
    public String name() {
        return tint.word() + " " + kind.word();
    }

    public SceneObject with(final Oddity other) {
        return new SceneObject(kind, tint, place, other);
    }
}
