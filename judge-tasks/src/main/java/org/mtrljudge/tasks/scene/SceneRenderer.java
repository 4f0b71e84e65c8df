package org.mtrljudge.tasks.scene;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Random;

/** Draws a scene: a sky with the sun in a corner, a floor, objects with their shadows. */
final class SceneRenderer {
    static final int SIDE = 96;
    private static final int HORIZON = 60;
    private static final int COLUMN = SIDE / 3;
    private final Random random;

    SceneRenderer(final Random random) {
        this.random = random;
    }

    BufferedImage render(final Scene scene) {
        final BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        final Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        background(g);
        g.setColor(new Color(255, 225, 80));
        g.fill(new Ellipse2D.Double(scene.sunLeft() ? 3 : SIDE - 17, 3, 14, 14));
        scene.objects().forEach(object -> object(g, object, scene.sunLeft()));
        g.dispose();
        return image;
    }

    private void background(final Graphics2D g) {
        final int shade = random.nextInt(24);
        g.setPaint(new GradientPaint(
                0, 0, new Color(150 + shade, 195 + shade, 230), 0, HORIZON, new Color(215, 225 + shade / 2, 235)));
        g.fill(new Rectangle2D.Double(0, 0, SIDE, HORIZON));
        g.setColor(new Color(150 + random.nextInt(30), 140 + random.nextInt(20), 115 + random.nextInt(20)));
        g.fill(new Rectangle2D.Double(0, HORIZON, SIDE, SIDE - HORIZON));
        // specks make sharpness visible on the floor
        for (int i = 0; i < 40; i++) {
            final int dark = 90 + random.nextInt(50);
            g.setColor(new Color(dark, dark - 10, dark - 25));
            g.fillRect(random.nextInt(SIDE), HORIZON + random.nextInt(SIDE - HORIZON), 1, 1);
        }
    }

    private void object(final Graphics2D g, final SceneObject object, final boolean sunLeft) {
        final double normal = 23 + 3 * random.nextDouble();
        final double size = switch (object.oddity()) {
            case HUGE -> normal * 1.75;
            case TINY -> normal * 0.42;
            default -> normal;
        };
        final double x = COLUMN * (object.place().ordinal() + 0.5) + 4 * (random.nextDouble() - 0.5);
        final double floor = 80 + 5 * random.nextDouble();
        final double base = object.oddity() == Oddity.FLOATING ? floor - 30 - 6 * random.nextDouble() : floor;
        final boolean shadowRight = sunLeft ^ object.oddity() == Oddity.WRONG_SHADOW;
        g.setColor(new Color(40, 35, 30, 150));
        g.fill(new Ellipse2D.Double(shadowRight ? x : x - size * 0.95, floor - size * 0.14, size * 0.95, size * 0.25));
        Sprites.draw(g, object.kind(), object.tint().color(), x - size / 2, base - size, size);
    }
}
