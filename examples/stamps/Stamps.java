import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Writes the stamps of tuxpaint as a data set with one task, {@code caption}. Each picture appears twice: with its own caption (yes)
 * and with the caption of another picture of the same folder (no). Every tenth picture of a folder is for the test, and the next one is
 * for validation.
 */
final class Stamps {
    private static final int SIDE = 192;
    private static final int MAX_CAPTION_LENGTH = 60;

    private Stamps() {}

    private record Stamp(Path picture, String caption) {}

    public static void main(final String[] args) throws IOException {
        final Path stamps = Path.of(args[0]);
        final Path out = Path.of(args[1]);
        Files.createDirectories(out.resolve("images"));
        int written = 0;
        try (BufferedWriter lines = Files.newBufferedWriter(out.resolve("data.jsonl"))) {
            for (final List<Stamp> siblings : byFolder(stamps).values()) {
                for (int i = 0; siblings.size() > 1 && i < siblings.size(); i++) {
                    final Stamp stamp = siblings.get(i);
                    final String image = "images/" + written + ".png";
                    ImageIO.write(fitted(stamp.picture()), "png", out.resolve(image).toFile());
                    final String split = i % 10 == 0 ? "test" : i % 10 == 1 ? "validation" : "train";
                    final String other = other(siblings, i);
                    lines.write(line(split, image, stamp.caption(), stamp.caption(), "yes"));
                    lines.write(line(split, image, stamp.caption(), other, "no"));
                    written++;
                }
            }
        }
        System.out.println("wrote " + 2 * written + " lines for " + written + " pictures to " + out.resolve("data.jsonl"));
    }

    private static Map<Path, List<Stamp>> byFolder(final Path stamps) throws IOException {
        final Map<Path, List<Stamp>> folders = new TreeMap<>();
        try (Stream<Path> files = Files.walk(stamps)) {
            for (final Path picture : files.filter(f -> f.toString().endsWith(".png")).sorted().toList()) {
                final Path text = Path.of(picture.toString().replaceAll("\\.png$", ".txt"));
                if (Files.isRegularFile(text)) {
                    final String caption = Files.readAllLines(text).get(0).strip();
                    final List<Stamp> siblings = folders.computeIfAbsent(picture.getParent(), p -> new ArrayList<>());
                    if (caption.length() <= MAX_CAPTION_LENGTH && siblings.stream().noneMatch(s -> s.caption().equals(caption))) {
                        siblings.add(new Stamp(picture, caption));
                    }
                }
            }
        }
        return folders;
    }

    private static String other(final List<Stamp> siblings, final int i) {
        return siblings.get((i + 1 + i % (siblings.size() - 1)) % siblings.size() == i
                        ? (i + 1) % siblings.size()
                        : (i + 1 + i % (siblings.size() - 1)) % siblings.size())
                .caption();
    }

    private static BufferedImage fitted(final Path picture) throws IOException {
        final BufferedImage source = ImageIO.read(picture.toFile());
        final double scale = Math.min(1.0, (double) SIDE / Math.max(source.getWidth(), source.getHeight()));
        final int width = Math.max(8, (int) Math.round(source.getWidth() * scale));
        final int height = Math.max(8, (int) Math.round(source.getHeight() * scale));
        final BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        final Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.drawImage(source, 0, 0, width, height, Color.WHITE, null);
        g.dispose();
        return image;
    }

    private static String line(
            final String split, final String image, final String truth, final String asked, final String answer) {
        final String demonstration = "<think>seen " + truth + " asked " + asked + (answer.equals("yes") ? " match." : " differs.")
                + "</think><answer>" + answer + "</answer>";
        return "{\"task\": \"caption\", \"split\": \"" + split + "\", \"images\": [\"" + image + "\"], \"prompt\": "
                + quoted("<image>\nText: " + asked + "\nDoes the text match the image? Answer yes or no.")
                + ", \"answer\": \"" + answer + "\", \"labels\": [\"yes\", \"no\"], \"demonstration\": " + quoted(demonstration) + "}\n";
    }

    private static String quoted(final String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
