package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Is the image safe? It has no weapon icon and no hazard sign. */
final class Safety implements YesNoTask {
    @Override
    public String name() {
        return "safety";
    }

    @Override
    public Case draw(final SceneSampler draw, final boolean positive, final int difficulty) {
        final Scene scene = scene(draw, positive, difficulty);
        return Case.showing(scene, draw, "", new Reasoning().seen(scene).danger(scene));
    }

    static Scene scene(final SceneSampler draw, final boolean safe, final int objects) {
        final List<Kind> allKinds = List.of(Kind.values());
        // the final scene decides the split, so the whole scene is drawn again until it is right
        while (true) {
            final Scene scene = draw.draw(objects, safe ? Kind.HARMLESS : allKinds);
            final long harmful = scene.objects().stream()
                    .map(SceneObject::kind)
                    .filter(Kind::harmful)
                    .count();
            if (safe || harmful == 1) {
                return scene;
            }
        }
    }
}
