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
    /** Makes the input of a model. The model room implements it. */
    public interface Input {
        /**
         * @param origin the name of the picture in the returned text
         * @return the problem with the picture; null when there is none
         */
        @Nullable
        String problemOf(byte[] picture, String origin);

        /** The problem with the text of a prompt; null when there is none. */
        @Nullable
        String problemOf(String text);
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
     * @param unreadable one sentence per picture that cannot be decoded
     * @param refused one sentence per prompt whose text a model refuses
     */
    public record Result(List<Count> counts, List<String> repeated, List<String> unreadable, List<String> refused) {
        public boolean isClean() {
            return repeated.isEmpty() && unreadable.isEmpty() && refused.isEmpty();
        }
    }

    private final Path file;
    private final Input input;
    // keyed by the digest of pictures and prompt
    private final Map<String, Split> firstSeen = new HashMap<>();
    private final List<String> repeated = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    private DataCheck(final Path file, final Input input) {
        this.file = file;
        this.input = input;
    }

    /** @throws DataException that names the file and line of the first error that would stop training */
    public static Result of(final Path file, final Input input) {
        return new DataCheck(file, input).run(JsonlData.read(file));
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
        return new Result(counts, repeated, unreadable, refused);
    }

    private void look(final JudgeExample example, final Split split) {
        final String refusal = input.problemOf(example.prompt());
        if (refusal != null) {
            refused.add(file + " " + example.id() + ": " + refusal);
        }
        final StringBuilder identity =
                new StringBuilder(example.task()).append('\n').append(example.prompt());
        for (final byte[] picture : example.pictures()) {
            identity.append('\n').append(Sha256.of(ByteBuffer.wrap(picture)));
            final String problem = input.problemOf(picture, file + " " + example.id());
            if (problem != null) {
                unreadable.add(problem);
            }
        }
        final String digest = Sha256.of(ByteBuffer.wrap(identity.toString().getBytes(StandardCharsets.UTF_8)));
        final Split before = firstSeen.putIfAbsent(digest, split);
        if (before != null && before != split) {
            repeated.add(example.task() + " " + example.id() + " of the split " + split.lowerName()
                    + " is also in the split " + before.lowerName());
        }
    }
}
