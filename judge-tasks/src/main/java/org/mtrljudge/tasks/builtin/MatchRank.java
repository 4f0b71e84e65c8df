package org.mtrljudge.tasks.builtin;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Ranking;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * How well do three images match the name of an object? Best is the image that shows it, then the one that shows its kind in another
 * colour, then the one that shows no such kind. The six orders are equally frequent.
 */
final class MatchRank implements BuiltInTask {
    private static final int BEST = 2;
    private static final List<List<Integer>> ORDERS = List.of(
            List.of(0, 1, 2), List.of(0, 2, 1), List.of(1, 0, 2), List.of(1, 2, 0), List.of(2, 0, 1), List.of(2, 1, 0));

    @Override
    public String name() {
        return "match-rank";
    }

    @Override
    public VerdictType verdictType() {
        return new Ranking(ORDERS.get(0).size(), false);
    }

    @Override
    public Answered draw(final SceneSampler draw, final int index) {
        final SceneObject wanted = draw.draw(1, Kind.HARMLESS).objects().get(0);
        final List<Integer> levels = ORDERS.get(index % ORDERS.size());
        final List<Picture> pictures = new ArrayList<>();
        final List<Reasoning> seen = new ArrayList<>();
        final String[] best = new String[levels.size()];
        for (int i = 0; i < levels.size(); i++) {
            final Scene scene = scene(wanted, levels.get(i), 2 + index / ORDERS.size() % 2, draw);
            pictures.add(new Picture(scene, draw.random().nextLong()));
            seen.add(new Reasoning().seen(scene));
            best[BEST - levels.get(i)] = String.valueOf((char) ('A' + i));
        }
        return new Answered(
                new Case(pictures, wanted.name(), new Reasoning().each(seen)),
                List.of(best).stream().collect(Collectors.joining(" > ")));
    }

    /**
     * @param level 2: shows the object; 1: its kind in another colour alone; 0: not even its kind
     * @param objects two or three: the test split has too few scenes of one object
     */
    private static Scene scene(final SceneObject wanted, final int level, final int objects, final SceneSampler draw) {
        while (true) {
            final Scene scene = draw.draw(objects, Kind.HARMLESS);
            final boolean kind = scene.count(wanted.kind()) > 0;
            final boolean both =
                    scene.objects().stream().anyMatch(o -> o.kind() == wanted.kind() && o.tint() == wanted.tint());
            if ((both ? BEST : kind ? 1 : 0) == level) {
                return scene;
            }
        }
    }
}
