package org.mtrljudge.tasks.scene;

import java.util.List;
import java.util.stream.Collectors;

/** Builds the reasoning of a demonstration, sentence by sentence: the scene, the question, the conclusion. */
public final class Reasoning {
    private final StringBuilder text = new StringBuilder();

    private Reasoning say(final String sentence) {
        text.append(text.isEmpty() ? "" : " ").append(sentence).append('.');
        return this;
    }

    /** "seen red ball left, blue box right." */
    public Reasoning seen(final Scene scene) {
        return say("seen "
                + scene.objects().stream()
                        .map(o -> o.name() + " " + o.place().word())
                        .collect(Collectors.joining(", ")));
    }

    /** "asked two balls, image one ball, differs." */
    public Reasoning asked(final Claim claim, final Scene scene) {
        return say("asked " + claim.text() + ", image " + claim.answerOf(scene) + ", "
                + (claim.fits(scene) ? "match" : "differs"));
    }

    /** "sun left. red ball stands shadow right normal." */
    public Reasoning arrangement(final Scene scene) {
        say("sun " + (scene.sunLeft() ? "left" : "right"));
        for (final SceneObject o : scene.objects()) {
            final boolean shadowRight = scene.sunLeft() ^ o.oddity() == Oddity.WRONG_SHADOW;
            final String size = switch (o.oddity()) {
                case HUGE -> "huge";
                case TINY -> "tiny";
                default -> "normal";
            };
            say(o.name() + " " + (o.oddity() == Oddity.FLOATING ? "floats" : "stands") + " shadow "
                    + (shadowRight ? "right" : "left") + " " + size);
        }
        return this;
    }

    /** The arrangement of the scene, then "odd none." */
    public Reasoning plausible(final Scene scene) {
        return plausible(scene, scene.oddity());
    }

    /** The same with this conclusion. */
    public Reasoning plausible(final Scene scene, final Oddity concluded) {
        return arrangement(scene).say("odd " + concluded.word());
    }

    /** "looks blurred clean whole even." */
    public Reasoning look(final Distortion d) {
        return say("looks " + (d == Distortion.BLUR ? "blurred" : "sharp") + " "
                + (d == Distortion.NOISE ? "noisy" : "clean") + " "
                + (d == Distortion.BLOCKS ? "blocky" : "whole") + " " + light(d));
    }

    /** "dark", "bright" or "even". */
    public static String light(final Distortion d) {
        return switch (d) {
            case DARK -> "dark";
            case BRIGHT -> "bright";
            default -> "even";
        };
    }

    /** The look of the picture, then "flaw blur." */
    public Reasoning quality(final Distortion d) {
        return quality(d, d);
    }

    /** The same with this conclusion. */
    public Reasoning quality(final Distortion d, final Distortion concluded) {
        return look(d).say("flaw " + concluded.word());
    }

    /** "sharp 4 of 5." */
    public Reasoning sharpness(final int score) {
        return say("sharp " + score + " of 5");
    }

    /** "danger knife." */
    public Reasoning danger(final Scene scene) {
        return danger(scene.danger());
    }

    /** The same with this word. */
    public Reasoning danger(final String concluded) {
        return say("danger " + concluded);
    }

    /** "first danger none. second danger knife." */
    public Reasoning both(final Reasoning first, final Reasoning second) {
        text.append(text.isEmpty() ? "" : " ")
                .append("first ")
                .append(first.text)
                .append(" second ")
                .append(second.text);
        return this;
    }

    /** "second danger none.", of one picture of two. */
    public Reasoning ofOne(final boolean first, final Reasoning picture) {
        text.append(text.isEmpty() ? "" : " ")
                .append(first ? "first " : "second ")
                .append(picture.text);
        return this;
    }

    /** "A seen red ball left. B seen blue box right." */
    public Reasoning each(final List<Reasoning> pictures) {
        for (int i = 0; i < pictures.size(); i++) {
            text.append(text.isEmpty() ? "" : " ")
                    .append((char) ('A' + i))
                    .append(' ')
                    .append(pictures.get(i).text);
        }
        return this;
    }

    public String text() {
        return text.toString();
    }

    /** The demonstration: the reasoning once, then the verdict once. */
    public String then(final String verdict) {
        return "<think>" + text + "</think><answer>" + verdict + "</answer>";
    }
}
