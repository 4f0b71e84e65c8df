package org.mtrljudge.tasks.scene;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A statement about a scene, and whether it is true. */
public sealed interface Claim {
    /** The text of the claim in the prompt. */
    String text();

    boolean fits(Scene scene);

    /** The corresponding statement that is true for the scene. It is equal to {@link #text} if and only if the claim fits. */
    String answerOf(Scene scene);

    /** The scene has such an object at any place. */
    record Shows(Tint tint, Kind kind) implements Claim {
        @Override
        public String text() {
            return tint.word() + " " + kind.word();
        }

        @Override
        public boolean fits(final Scene scene) {
            return scene.objects().stream().anyMatch(o -> o.tint() == tint && o.kind() == kind);
        }

        /** Names the object itself, else an object of its kind, else an object of its colour. */
        @Override
        public String answerOf(final Scene scene) {
            return nearest(
                            scene,
                            List.of(
                                    o -> o.tint() == tint && o.kind() == kind,
                                    o -> o.kind() == kind,
                                    o -> o.tint() == tint))
                    .map(SceneObject::name)
                    .orElse("none");
        }
    }

    /** The scene has such an object at this place. */
    record ShowsAt(Tint tint, Kind kind, Place place) implements Claim {
        @Override
        public String text() {
            return tint.word() + " " + kind.word() + " " + place.word();
        }

        @Override
        public boolean fits(final Scene scene) {
            return scene.objects().stream().anyMatch(o -> o.kind() == kind && o.tint() == tint && o.place() == place);
        }

        /** Names the object itself, else an equal object at another place, else the object at this place. */
        @Override
        public String answerOf(final Scene scene) {
            return nearest(
                            scene,
                            List.of(
                                    o -> o.kind() == kind && o.tint() == tint && o.place() == place,
                                    o -> o.kind() == kind && o.tint() == tint,
                                    o -> o.place() == place))
                    .map(o -> o.name() + " " + o.place().word())
                    .orElse("none");
        }
    }

    /** The scene has exactly this number of objects of a kind. */
    record Counts(int count, Kind kind) implements Claim {
        private static final List<String> WORDS = List.of("no", "one", "two", "three");

        @Override
        public String text() {
            return words(count, kind);
        }

        private static String words(final int count, final Kind kind) {
            return WORDS.get(count) + " " + (count == 1 ? kind.word() : kind.plural());
        }

        @Override
        public String answerOf(final Scene scene) {
            return words(scene.count(kind), kind);
        }

        @Override
        public boolean fits(final Scene scene) {
            return scene.count(kind) == count;
        }
    }

    /** The scene has both objects. */
    record Both(Shows first, Shows second) implements Claim {
        @Override
        public String text() {
            return first.text() + " and " + second.text();
        }

        @Override
        public boolean fits(final Scene scene) {
            return first.fits(scene) && second.fits(scene);
        }

        @Override
        public String answerOf(final Scene scene) {
            return first.answerOf(scene) + " and " + second.answerOf(scene);
        }
    }

    private static Optional<SceneObject> nearest(final Scene scene, final List<Predicate<SceneObject>> wishes) {
        return wishes.stream()
                .flatMap(wish -> scene.objects().stream().filter(wish))
                .findFirst();
    }

    /** Makes a claim that fits the scene, or a fitting claim with one changed colour, kind, place or number. */
    static Claim about(final Scene scene, final boolean fitting, final List<Kind> kinds, final SceneSampler draw) {
        while (true) {
            final Claim truth = fitting(scene, draw);
            final Claim claim = fitting ? truth : changed(truth, kinds, draw);
            if (claim.fits(scene) == fitting) {
                return claim;
            }
        }
    }

    private static Claim fitting(final Scene scene, final SceneSampler draw) {
        final SceneObject object = draw.pick(scene.objects());
        final Shows shows = new Shows(object.tint(), object.kind());
        return switch (draw.random().nextInt(scene.objects().size() > 1 ? 4 : 3)) {
            case 0 -> shows;
            case 1 -> new ShowsAt(object.tint(), object.kind(), object.place());
            case 2 -> {
                yield new Counts(scene.count(object.kind()), object.kind());
            }
            default -> {
                final List<SceneObject> others = new ArrayList<>(scene.objects());
                others.remove(object);
                final SceneObject other = draw.pick(others);
                yield new Both(shows, new Shows(other.tint(), other.kind()));
            }
        };
    }

    private static Claim changed(final Claim claim, final List<Kind> kinds, final SceneSampler draw) {
        if (claim instanceof Shows s) {
            return draw.random().nextBoolean()
                    ? new Shows(draw.pick(List.of(Tint.values())), s.kind())
                    : new Shows(s.tint(), draw.pick(kinds));
        }
        if (claim instanceof ShowsAt s) {
            return draw.random().nextBoolean()
                    ? new ShowsAt(s.tint(), s.kind(), draw.pick(List.of(Place.values())))
                    : new ShowsAt(draw.pick(List.of(Tint.values())), s.kind(), s.place());
        }
        if (claim instanceof Counts c) {
            return new Counts(1 + draw.random().nextInt(3), c.kind());
        }
        final Both both = (Both) claim;
        return draw.random().nextBoolean()
                ? new Both((Shows) changed(both.first(), kinds, draw), both.second())
                : new Both(both.first(), (Shows) changed(both.second(), kinds, draw));
    }
}
