package org.mtrljudge.standalone.rollouts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Entries;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.published.Row;

/**
 * Reads rows that {@link RolloutExport} wrote, also after another tool wrote them again. Pictures by path are copied into the folder of the
 * new run.
 *
 * @param pictures the pictures that paths in the rows name
 * @param folder of the new run
 */
record OwnRows(ImageStore pictures, Path folder) {
    private static final String PICTURES = "pictures";

    /** As the schema of prompts says. */
    private static final int MAX_INLINE_BYTES = 32 << 10;

    static boolean has(final Row row) {
        return row.values().keySet().containsAll(List.of("prompt_id", "prompt", "completions"));
    }

    /** @throws org.mtrljudge.tasks.DataException that names the row and what is wrong in it */
    DumpedGroup read(final Row row) {
        try {
            final RolloutRow read = Entries.read("it", new HashMap<>(row.values()), RolloutRow.class);
            return new DumpedGroup(
                    rollout(read), String.valueOf(read.rewardSet()), read.rewardSetVersion(), scores(read));
        } catch (final IllegalArgumentException e) {
            throw row.wrong("is no row of ./judge export rollouts: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static <T> T required(final String column, final @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("it has nothing under '" + column + "'");
        }
        return value;
    }

    /** What a column has for a completion; null where it has nothing. */
    private static <T> @Nullable T at(final int i, final @Nullable List<T> column) {
        return column == null || i >= column.size() ? null : column.get(i);
    }

    private RolloutGroup rollout(final RolloutRow row) {
        final List<Completion> completions = new ArrayList<>();
        int longest = 1;
        for (int i = 0; i < required("completions", row.completions()).size(); i++) {
            final Completion completion = completion(row, i);
            longest = Math.max(longest, completion.getTokens().remaining() / Integer.BYTES);
            completions.add(completion);
        }
        return new RolloutGroup(
                prompt(row, completions.size(), longest),
                row.policyVersion(),
                String.valueOf(row.policyDigest()),
                String.valueOf(row.actor()),
                completions,
                0L,
                0.0,
                null);
    }

    private static Completion completion(final RolloutRow row, final int i) {
        final List<Integer> ids = Objects.requireNonNullElse(at(i, row.completionIds()), List.of());
        final List<Float> logProbs = Objects.requireNonNullElse(at(i, row.logprobs()), List.of());
        final float[] packed = new float[logProbs.size()];
        for (int t = 0; t < packed.length; t++) {
            packed[t] = required("logprobs", logProbs.get(t));
        }
        return new Completion(
                required("completions", row.completions().get(i)),
                PackedArrays.ofInts(ids.stream()
                        .mapToInt(id -> required("completion_ids", id))
                        .toArray()),
                PackedArrays.ofFloats(packed),
                constant("finish_reasons", at(i, row.finishReasons()), FinishReason.class),
                null);
    }

    private static <E extends Enum<E>> E constant(
            final String column, final @Nullable String word, final Class<E> type) {
        return Entries.oneOf(column, required(column, word), type);
    }

    /** A list without missing elements; empty where there is no list: a tool that writes a table again may drop empty columns. */
    private static <T> List<T> all(final String column, final @Nullable List<T> values) {
        final List<T> list = Objects.requireNonNullElse(values, List.of());
        list.forEach(value -> required(column, value));
        return list;
    }

    private PromptRequest prompt(final RolloutRow row, final int completions, final int longest) {
        final Turns turns = Turns.of(required("prompt", row.prompt()).stream()
                .map(message -> required("prompt", message))
                .map(message -> Map.of(
                        "role", required("role", message.role()), "content", required("content", message.content())))
                .toList());
        return new PromptRequest(
                required("prompt_id", row.promptId()),
                required("task", row.task()),
                turns.text(),
                all("images", row.images()).stream().map(this::image).toList(),
                required("ground_truth", row.groundTruth()),
                all("labels", row.labels()),
                completions,
                new Sampling(1.0, 1.0, longest, 0L),
                constant("purpose", row.purpose(), Purpose.class),
                0,
                row.pairId(),
                row.verdictType(),
                turns.system(),
                row.reading());
    }

    /** A small picture stays in its row of the log; the others lie in the folder of the run. */
    private ImageRef image(final RolloutRow.Image image) {
        final ByteBuffer inline = image.bytes() == null ? null : image.bytes().toByteBuffer();
        final byte[] bytes = pictures.read(new ImageRef(
                required("sha256", image.sha256()), inline == null ? required("path", image.path()) : null, inline));
        if (inline != null && bytes.length <= MAX_INLINE_BYTES) {
            return new ImageRef(image.sha256(), null, inline);
        }
        // by its digest, which was checked: no name of a file comes from the row
        final String name = PICTURES + "/" + image.sha256();
        try {
            Files.createDirectories(folder.resolve(PICTURES));
            Files.write(folder.resolve(name), bytes);
        } catch (final IOException e) {
            throw new RunException("the picture " + folder.resolve(name) + " cannot be written: " + e.getMessage(), e);
        }
        return new ImageRef(image.sha256(), name, null);
    }

    private static List<CompletionScore> scores(final RolloutRow row) {
        final List<CompletionScore> scores = new ArrayList<>();
        for (int i = 0; i < row.completions().size(); i++) {
            final Double reward = at(i, row.rewards());
            final Double advantage = at(i, row.advantages());
            if (reward == null || advantage == null) {
                return List.of();
            }
            scores.add(new CompletionScore(
                    components(row, i), reward, advantage, at(i, row.verdicts()), null, said(row, i)));
        }
        return scores;
    }

    private static Map<String, Double> components(final RolloutRow row, final int i) {
        final Map<String, Double> components = new HashMap<>();
        for (final RolloutRow.Component component : all("components", row.components())) {
            final Double value = at(i, component.values());
            if (value != null) {
                components.put(required("components.name", component.name()), value);
            }
        }
        return components;
    }

    private static @Nullable List<String> said(final RolloutRow row, final int i) {
        final List<String> said = at(i, row.said());
        return said == null ? null : all("said", said);
    }
}
