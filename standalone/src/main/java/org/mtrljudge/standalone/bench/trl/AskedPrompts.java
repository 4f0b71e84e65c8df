package org.mtrljudge.standalone.bench.trl;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.SourceView;

/**
 * Records the training examples of a source in the order of reading, so that the other side gets the same prompts. Only the training split
 * has tasks.
 */
final class AskedPrompts extends SourceView {
    private final List<JudgeExample> asked = new ArrayList<>();

    AskedPrompts(final ExampleSource source) {
        super(source);
    }

    /**
     * Writes the first recorded examples, one JSON object per line with {@code prompt}, {@code images} (PNG files beside it),
     * {@code answer} and {@code labels}.
     *
     * @throws RunException when fewer examples were read
     */
    void write(final Path file, final int count) throws IOException {
        if (asked.size() < count) {
            throw new RunException("our run asked " + asked.size() + " prompts, the benchmark needs " + count, null);
        }
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int i = 0; i < count; i++) {
                lines.write(line(asked.get(i), file, i));
                lines.newLine();
            }
        }
    }

    private static String line(final JudgeExample example, final Path file, final int number) throws IOException {
        final List<String> images = new ArrayList<>();
        for (final byte[] picture : example.pictures()) {
            final String name = number + "-" + images.size() + ".png";
            Files.write(file.resolveSibling(name), picture);
            images.add(name);
        }
        return Mappers.JSON.writeValueAsString(Map.of(
                "prompt", example.prompt(),
                "images", images,
                "answer", example.answer(),
                "labels", example.labels()));
    }

    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TRAIN ? super.tasks(split) : List.of();
    }

    @Override
    public List<String> turns() {
        return all.turns();
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        final JudgeExample example = super.example(task, split, index);
        asked.add(example);
        return example;
    }
}
