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

/** Looks at a user's data as training would read it. */
public final class DataCheck {
    /** Decodes a picture as a model's input; the model's room knows how. */
    public interface Decoder {
        /**
         * @param origin names the picture in the answer
         * @return what is wrong with it, null when nothing is
         */
        @Nullable
        String problemOf(byte[] picture, String origin);
    }

    /**
     * One task's examples in one split.
     *
     * @param answers how many examples have each answer
     */
    public record Count(Split split, String task, int examples, Map<String, Integer> answers) {
        /** The share of the most frequent answer in percent, rounded down: what always giving that answer would earn. */
        public int mostFrequentPercent() {
            return 100 * answers.values().stream().mapToInt(c -> c).max().orElse(0) / Math.max(1, examples);
        }
    }

    /**
     * What was found.
     *
     * @param repeated questions that are in more than one split, one sentence each
     * @param unreadable pictures that cannot be decoded, one sentence each
     */
    public record Result(List<Count> counts, List<String> repeated, List<String> unreadable) {
        public boolean isClean() {
            return repeated.isEmpty() && unreadable.isEmpty();
        }
    }

    private final Path file;
    private final Decoder decoder;
    private final Map<String, Split> firstSeen = new HashMap<>(); // by digest of pictures and prompt
    private final List<String> repeated = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    private DataCheck(final Path file, final Decoder decoder) {
        this.file = file;
        this.decoder = decoder;
    }

    /** @throws DataException that names the file and line of the first thing that training would refuse */
    public static Result of(final Path file, final Decoder decoder) {
        return new DataCheck(file, decoder).run(JsonlData.read(file));
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
        for (final byte[] picture : example.pictures()) {
            identity.append('\n').append(Sha256.of(ByteBuffer.wrap(picture)));
            final String problem = decoder.problemOf(picture, file + " " + example.id());
            if (problem != null) {
                unreadable.add(problem);
            }
        }
        final String digest = Sha256.of(ByteBuffer.wrap(identity.toString().getBytes(StandardCharsets.UTF_8)));
        final Split before = firstSeen.putIfAbsent(digest, split);
        if (before != null && before != split) {
            repeated.add(example.task() + " " + example.id() + " of " + split.lowerName() + " is in "
                    + before.lowerName() + ", too");
        }
    }
}
