import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.Kernel;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Makes questions of photographs whose file names say what they show: does a name fit (against the name of another photograph), which of
 * two is the original (against a blurred one, in both orders), and how sharp is it, from 1 to 5. Parts of a photograph are in one split.
 */
final class Photos {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;
    private static final int PARTS = 8;
    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    private Photos() {}

    /** @param args the new folder, then the folders of photographs */
    public static void main(final String[] args) throws IOException {
        final Path out = Path.of(args[0]);
        Files.createDirectories(out.resolve("images"));
        final List<Path> photos = photos(Arrays.asList(args).subList(1, args.length));
        try (BufferedWriter lines = Files.newBufferedWriter(out.resolve("data.jsonl"))) {
            for (int i = 0; i < photos.size(); i++) {
                final BufferedImage photo = ImageIO.read(photos.get(i).toFile());
                final String split = i % 5 == 0 ? "test" : i % 5 == 1 ? "validation" : "train";
                for (int part = 0; part < PARTS; part++) {
                    write(out, lines, split, i + "-" + part, part(photo), photos, i);
                }
            }
        }
        System.out.println(PARTS * photos.size() + " parts of " + photos.size() + " photographs");
    }

    private static List<Path> photos(final List<String> folders) throws IOException {
        Stream<Path> all = Stream.of();
        for (final String folder : folders) {
            all = Stream.concat(all, Files.walk(Path.of(folder)));
        }
        return all.filter(file -> file.toString().matches(".*\\.jpe?g") && Files.isRegularFile(file)).sorted().toList();
    }

    private static void write(
            final Path out,
            final BufferedWriter lines,
            final String split,
            final String id,
            final BufferedImage part,
            final List<Path> photos,
            final int number)
            throws IOException {
        final int other = (number + 1 + RANDOM.nextInt(photos.size() - 1)) % photos.size();
        final boolean fits = RANDOM.nextBoolean();
        final String original = save(out, id, part);
        lines.write(line("name", split, "<image>\\nName: " + name(photos.get(fits ? number : other))
                + "\\nDoes the name fit the picture?", quoted(original), fits ? "yes" : "no", "\"labels\":[\"yes\",\"no\"]"));
        final int grade = 1 + RANDOM.nextInt(5);
        final String graded = save(out, id + "-graded", blurred(part, 5 - grade));
        lines.write(line("sharpness", split, "<image>\\nHow sharp is the picture, from 1 (not at all) to 5?", quoted(graded),
                String.valueOf(grade), "\"verdict\":{\"type\":\"score\",\"min\":1,\"max\":5,\"whole\":true}"));
        final String degraded = save(out, id + "-blurred", blurred(part, 3));
        final String pair = "\"labels\":[\"1\",\"2\"],\"pair\":\"" + id + "\"";
        final String question = "First: <image>\\nSecond: <image>\\nWhich picture is the original, 1 or 2?";
        lines.write(line("original", split, question, quoted(original) + "," + quoted(degraded), "1", pair));
        lines.write(line("original", split, question, quoted(degraded) + "," + quoted(original), "2", pair));
    }

    /** A part of random place and size, from a third of the photograph on. */
    private static BufferedImage part(final BufferedImage photo) {
        final double share = 1 / 3.0 + RANDOM.nextDouble() * 2 / 3;
        final int height = (int) Math.min(photo.getHeight() * share, photo.getWidth() * share * HEIGHT / WIDTH);
        final int width = height * WIDTH / HEIGHT;
        final int x = RANDOM.nextInt(photo.getWidth() - width + 1);
        final int y = RANDOM.nextInt(photo.getHeight() - height + 1);
        final BufferedImage part = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        final Graphics2D g = part.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.drawImage(photo, 0, 0, WIDTH, HEIGHT, x, y, x + width, y + height, null);
        g.dispose();
        return part;
    }

    /** @param strength the number of times that each pixel becomes the mean of 5 by 5 */
    private static BufferedImage blurred(final BufferedImage sharp, final int strength) {
        final float[] mean = new float[25];
        Arrays.fill(mean, 1 / 25f);
        BufferedImage image = sharp;
        for (int i = 0; i < strength; i++) {
            image = new ConvolveOp(new Kernel(5, 5, mean), ConvolveOp.EDGE_NO_OP, null).filter(image, null);
        }
        return image;
    }

    private static String save(final Path out, final String id, final BufferedImage image) throws IOException {
        final String name = "images/" + id + ".jpg";
        ImageIO.write(image, "jpg", out.resolve(name).toFile());
        return name;
    }

    private static String name(final Path photo) {
        return photo.getFileName().toString().replaceAll("\\.jpe?g$", "").replaceAll("_by_.*", "")
                .replaceAll("[^A-Za-z]+", " ").replaceAll("([a-z])([A-Z])", "$1 $2").strip();
    }

    private static String quoted(final String text) {
        return '"' + text + '"';
    }

    private static String line(
            final String task, final String split, final String prompt, final String images, final String answer, final String more) {
        return "{\"task\":\"" + task + "\",\"split\":\"" + split + "\",\"prompt\":\"" + prompt + "\",\"images\":[" + images
                + "],\"answer\":\"" + answer + "\"," + more + "}\n";
    }
}
