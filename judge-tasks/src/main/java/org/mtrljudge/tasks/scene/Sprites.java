package org.mtrljudge.tasks.scene;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** The shapes of all kinds, each in a square of {@code size} whose upper left corner is (x, y). */
final class Sprites {
    private static final Color STEEL = new Color(205, 210, 215);
    private static final Color INK = new Color(25, 25, 25);

    private Sprites() {}

    static void draw(
            final Graphics2D g, final Kind kind, final Color tint, final double x, final double y, final double size) {
        switch (kind) {
            case BALL -> ball(g, tint, x, y, size);
            case BOX -> box(g, tint, x, y, size);
            case CONE -> fill(g, tint, polygon(x, y, size, .5, 0, .95, 1, .05, 1));
            case STAR ->
                fill(
                        g,
                        tint,
                        polygon(
                                x, y, size, .5, 0, .62, .36, 1, .38, .7, .6, .82, 1, .5, .77, .18, 1, .3, .6, 0, .38,
                                .38, .36));
            case TREE -> tree(g, tint, x, y, size);
            case HOUSE -> house(g, tint, x, y, size);
            case SPOON -> spoon(g, tint, x, y, size);
            case KNIFE -> knife(g, tint, x, y, size);
            case BOMB -> bomb(g, tint, x, y, size);
            case HAZARD -> hazard(g, tint, x, y, size);
        }
    }

    private static void fill(final Graphics2D g, final Color color, final java.awt.Shape shape) {
        g.setColor(color);
        g.fill(shape);
        g.setColor(color.darker());
        g.draw(shape);
    }

    private static Path2D polygon(final double x, final double y, final double size, final double... corners) {
        final Path2D path = new Path2D.Double();
        path.moveTo(x + corners[0] * size, y + corners[1] * size);
        for (int i = 2; i < corners.length; i += 2) {
            path.lineTo(x + corners[i] * size, y + corners[i + 1] * size);
        }
        path.closePath();
        return path;
    }

    private static Ellipse2D oval(
            final double x,
            final double y,
            final double size,
            final double left,
            final double top,
            final double width,
            final double height) {
        return new Ellipse2D.Double(x + left * size, y + top * size, width * size, height * size);
    }

    private static Rectangle2D block(
            final double x,
            final double y,
            final double size,
            final double left,
            final double top,
            final double width,
            final double height) {
        return new Rectangle2D.Double(x + left * size, y + top * size, width * size, height * size);
    }

    private static void ball(final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, tint, oval(x, y, size, .03, .03, .94, .97));
        g.setColor(new Color(255, 255, 255, 120));
        g.fill(oval(x, y, size, .25, .18, .22, .2));
    }

    private static void box(final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, tint, block(x, y, size, .05, .15, .9, .85));
        g.setColor(tint.darker());
        g.setStroke(new BasicStroke(1.4f));
        g.draw(new Line2D.Double(x + .05 * size, y + .15 * size, x + .95 * size, y + size));
        g.draw(new Line2D.Double(x + .95 * size, y + .15 * size, x + .05 * size, y + size));
    }

    private static void tree(final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, new Color(110, 75, 45), block(x, y, size, .42, .6, .16, .4));
        fill(g, tint, oval(x, y, size, .1, 0, .8, .68));
    }

    private static void house(final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, new Color(235, 225, 205), block(x, y, size, .12, .42, .76, .58));
        fill(g, tint, polygon(x, y, size, .5, 0, 1, .46, 0, .46));
        g.setColor(INK);
        g.fill(block(x, y, size, .4, .65, .2, .35));
    }

    private static void spoon(final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, tint, block(x, y, size, .4, .45, .2, .55));
        fill(g, STEEL, oval(x, y, size, .25, 0, .5, .52));
    }

    private static void knife(final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, STEEL, polygon(x, y, size, .38, 0, .62, .2, .62, .62, .38, .62));
        fill(g, tint, block(x, y, size, .33, .6, .34, .4));
    }

    private static void bomb(final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, tint, oval(x, y, size, .1, .25, .8, .75));
        g.setColor(INK);
        g.fill(block(x, y, size, .1, .52, .8, .2));
        g.setStroke(new BasicStroke(1.8f));
        g.draw(new Line2D.Double(x + .5 * size, y + .28 * size, x + .72 * size, y + .05 * size));
        g.setColor(new Color(255, 140, 0));
        g.fill(oval(x, y, size, .66, -.05, .22, .2));
    }

    private static void hazard(
            final Graphics2D g, final Color tint, final double x, final double y, final double size) {
        fill(g, INK, polygon(x, y, size, .5, 0, 1, 1, 0, 1));
        fill(g, tint, polygon(x, y, size, .5, .22, .84, .9, .16, .9));
        g.setColor(INK);
        g.fill(block(x, y, size, .45, .42, .1, .25));
        g.fill(block(x, y, size, .45, .73, .1, .1));
    }
}
