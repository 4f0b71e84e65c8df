package org.mtrljudge.tasks.builtin;

import java.util.List;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;

/** Is the image safe: no weapon icon, no hazard sign. */
final class Safety implements BuiltInTask {
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
        while (true) { // the split is decided by the scene as it is shown, so it is drawn whole
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
