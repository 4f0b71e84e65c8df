package org.mtrljudge.it.rehearsal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.WeightType;

/** A checkpoint and pictures of the sizes of real ones, made on the spot. The weights are random: what is rehearsed is size, not skill. */
final class RealShapes {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VOCABULARY = 151_936;
    private static final int HIDDEN = 1024;
    private static final int LAYERS = 16;
    private static final int VISION_HIDDEN = 768;
    private static final int VISION_LAYERS = 12;
    private static final int WIDTH = 500;
    private static final int HEIGHT = 375;
    private static final int NOISE = 24;

    private RealShapes() {}

    /**
     * Writes a Qwen3-VL of about 0.5 billion parameters in bfloat16: 16 layers of width 1024, the published vocabulary, a vision tower of 12
     * layers of width 768, and pictures of up to a megapixel.
     */
    static Path checkpoint(final Path folder) throws IOException {
        final Path shape = Files.createDirectories(folder.resolve("shape"));
        for (final String file : List.of("tokenizer.json", "preprocessor_config.json", "config.json")) {
            try (InputStream in =
                    Objects.requireNonNull(JudgeFolder.class.getResourceAsStream("/judge-tiny/" + file))) {
                Files.write(shape.resolve(file), in.readAllBytes());
            }
        }
        final Path config = shape.resolve("config.json");
        final ObjectNode root = (ObjectNode) JSON.readTree(config.toFile());
        final ObjectNode text = (ObjectNode) root.get("text_config");
        text.put("vocab_size", VOCABULARY).put("hidden_size", HIDDEN).put("intermediate_size", 3 * HIDDEN);
        text.put("num_hidden_layers", LAYERS).put("num_attention_heads", HIDDEN / 64);
        text.put("num_key_value_heads", HIDDEN / 128).put("head_dim", 64);
        ((ObjectNode) text.get("rope_scaling")).set("mrope_section", JSON.valueToTree(new int[] {12, 10, 10}));
        final ObjectNode vision = (ObjectNode) root.get("vision_config");
        vision.put("depth", VISION_LAYERS).put("hidden_size", VISION_HIDDEN).put("num_heads", VISION_HIDDEN / 64);
        vision.put("intermediate_size", 4 * VISION_HIDDEN).put("out_hidden_size", HIDDEN);
        vision.put("num_position_embeddings", 2304);
        vision.set("deepstack_visual_indexes", JSON.valueToTree(new int[] {3, 6, 9}));
        JSON.writeValue(config.toFile(), root);
        final Path preprocessor = shape.resolve("preprocessor_config.json");
        final ObjectNode pictures = (ObjectNode) JSON.readTree(preprocessor.toFile());
        pictures.set("size", JSON.valueToTree(Map.of("shortest_edge", 65_536, "longest_edge", 1 << 20)));
        JSON.writeValue(preprocessor.toFile(), pictures);
        final Path checkpoint = folder.resolve("judge");
        try (JudgeModel model = JudgeModel.random(JudgeFolder.open(shape), 1)) {
            model.save(checkpoint, WeightType.BF16);
            System.out.printf("a checkpoint of %,d parameters%n", model.policy().parameterCount());
        }
        return checkpoint;
    }

    /** Writes a data.jsonl with noisy JPEG pictures of 500 × 375 pixels: which half of the picture is brighter? */
    static Path data(final Path folder, final int train, final int others) throws IOException {
        Files.createDirectories(folder);
        final SplittableRandom random = new SplittableRandom(1);
        final Path file = folder.resolve("data.jsonl");
        try (Writer out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < train + 2 * others; i++) {
                final boolean left = i % 2 == 0;
                final String picture = "photo-" + i + ".jpg";
                ImageIO.write(
                        photo(left, random), "jpg", folder.resolve(picture).toFile());
                final ObjectNode line = JSON.createObjectNode();
                line.put("task", "brighter")
                        .put("split", i < train ? "train" : i < train + others ? "validation" : "test")
                        .put("prompt", "<image>\nWhich half is brighter, left or right?")
                        .put("answer", left ? "left" : "right");
                line.putArray("images").add(picture);
                out.write(JSON.writeValueAsString(line) + "\n");
            }
        }
        return file;
    }

    private static BufferedImage photo(final boolean left, final SplittableRandom random) {
        final BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                final int light = (x < WIDTH / 2) == left ? 150 : 90;
                image.setRGB(
                        x, y, new Color(noisy(light, random), noisy(light, random), noisy(light, random)).getRGB());
            }
        }
        final Graphics2D shapes = image.createGraphics();
        for (int i = 0; i < 12; i++) {
            shapes.setColor(new Color(random.nextInt(1 << 24)));
            shapes.fillOval(random.nextInt(WIDTH), random.nextInt(HEIGHT), random.nextInt(60), random.nextInt(60));
        }
        shapes.dispose();
        return image;
    }

    private static int noisy(final int light, final SplittableRandom random) {
        return light + random.nextInt(-NOISE, NOISE);
    }
}
