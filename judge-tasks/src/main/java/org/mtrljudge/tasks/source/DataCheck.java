package org.mtrljudge.tasks.source;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** Checks the data of the user in the way that training reads it. */
public final class DataCheck {
    /** Makes the input of a model from an example, as training does. The model room implements it. */
    public interface Encoder {
        /**
         * @param origin the name of the example in the returned text
         * @return the problem with the text or a picture; null when there is none
         */
        @Nullable
        String problemOf(JudgeExample example, String origin);
    }

    /**
     * The examples of one task in one split.
     *
     * @param answers the number of examples by answer
     */
    public record Count(Split split, String task, int examples, Map<String, Integer> answers) {
        /** The share of the most frequent answer in percent, rounded down. A judge that always gives this answer has this accuracy. */
        public int mostFrequentPercent() {
            return 100 * answers.values().stream().mapToInt(c -> c).max().orElse(0) / Math.max(1, examples);
        }
    }

    /**
     * The result of a check.
     *
     * @param repeated one sentence per question that is in more than one split
     * @param unreadable one sentence per example whose text or pictures the model cannot read
     */
    public record Result(List<Count> counts, List<String> repeated, List<String> unreadable) {
        public boolean isClean() {
            return repeated.isEmpty() && unreadable.isEmpty();
        }
    }

    private final Path file;
    private final Encoder encoder;
    // keyed by the digest of pictures and prompt
    private final Map<String, Split> firstSeen = new HashMap<>();
    private final List<String> repeated = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    private DataCheck(final Path file, final Encoder encoder) {
        this.file = file;
        this.encoder = encoder;
    }

    /** @throws DataException that names the file and line of the first error that would stop training */
    public static Result of(final Path file, final Encoder encoder) {
        return new DataCheck(file, encoder).run(JsonlData.readAll(file));
    }

    private Result run(final ExampleSource source) {
        final List<Count> counts = new ArrayList<>();
        for (final Split split : Split.values()) {
            for (final String task : source.tasks(split)) {
                final Map<String, Integer> answers = new TreeMap<>();
                for (int i = 0; i < source.size(task, split); i++) {
                    final JudgeExample example = source.example(task, split, i);
                    answers.merge(example.answer(), 1, Integer::sum);
                    look(example, split);
                }
                counts.add(new Count(split, task, source.size(task, split), answers));
            }
        }
        return new Result(counts, repeated, unreadable);
    }

    private void look(final JudgeExample example, final Split split) {
        final StringBuilder identity =
                new StringBuilder(example.task()).append('\n').append(example.prompt());
        final String problem = problemOf(example);
        if (problem != null) {
            unreadable.add(problem);
            return;
        }
        example.pictures().forEach(picture -> identity.append('\n').append(Sha256.of(ByteBuffer.wrap(picture))));
        final String digest = Sha256.of(ByteBuffer.wrap(identity.toString().getBytes(StandardCharsets.UTF_8)));
        final Split before = firstSeen.putIfAbsent(digest, split);
        if (before != null && before != split) {
            repeated.add(example.task() + " " + example.id() + " of the split " + split.lowerName()
                    + " is also in the split " + before.lowerName());
        }
    }

    private @Nullable String problemOf(final JudgeExample example) {
        try {
            return encoder.problemOf(example, file + " " + example.id());
        } catch (final DataException e) {
            return e.getMessage();
        }
    }
}
