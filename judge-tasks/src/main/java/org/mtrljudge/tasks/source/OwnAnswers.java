package org.mtrljudge.tasks.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * A data set whose training split has only the examples that a judge answered well, with these answers as demonstrations. Supervised
 * fine-tuning on it is rejection sampling. The other splits do not change.
 */
public final class OwnAnswers extends SourceView {
    private static final int MAX_LINE_LENGTH = 1 << 20;

    private final Map<String, List<Line>> answers;

    /**
     * A line of the file.
     *
     * @param index the index of the example in the training split of its task
     * @param id the id of the example
     */
    public record Line(
            @Required String task,
            int index,
            @Required String id,
            @Required String demonstration) {}

    private OwnAnswers(final ExampleSource all, final Map<String, List<Line>> answers) {
        super(all);
        this.answers = answers;
    }

    /** The same examples where there is no file. */
    static ExampleSource of(final @Nullable String file, final ExampleSource all) {
        return file == null ? all : read(Path.of(file), all);
    }

    /** @throws DataException that names the line of a file that cannot be read, or does not belong to the data */
    public static OwnAnswers read(final Path file, final ExampleSource all) {
        final Map<String, List<Line>> answers = new LinkedHashMap<>();
        all.tasks(Split.TRAIN).forEach(task -> answers.put(task, new ArrayList<>()));
        try (BufferedReader reader = new BufferedReader(new LineLimit(
                Files.newBufferedReader(file),
                MAX_LINE_LENGTH,
                number -> wrong(file, number, "is longer than " + MAX_LINE_LENGTH + " characters")))) {
            int number = 0;
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                number++;
                final Line line = parse(file, number, text);
                final List<Line> own = answers.get(line.task);
                if (own == null || line.index < 0 || line.index >= all.size(line.task, Split.TRAIN)) {
                    throw wrong(file, number, "answers " + line.id + ", which is not in the training split");
                }
                own.add(line);
            }
        } catch (final IOException e) {
            throw new DataException("the answers " + file + " cannot be read: " + e.getMessage(), e);
        }
        answers.values().removeIf(List::isEmpty);
        if (answers.isEmpty()) {
            throw new DataException("the file " + file + " has no answers");
        }
        return new OwnAnswers(all, answers);
    }

    private static Line parse(final Path file, final int number, final String text) {
        try {
            final Line line = Mappers.JSON.readValue(text, Line.class);
            if (line == null) {
                throw wrong(file, number, "is empty");
            }
            return line;
        } catch (final JsonProcessingException e) {
            throw wrong(
                    file,
                    number,
                    "is not a line {\"task\", \"index\", \"id\", \"demonstration\"}: " + e.getOriginalMessage());
        }
    }

    private static DataException wrong(final Path file, final int number, final String what) {
        return new DataException(file + ":" + number + " " + what);
    }

    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TRAIN ? List.copyOf(answers.keySet()) : super.tasks(split);
    }

    @Override
    public int size(final String task, final Split split) {
        return split == Split.TRAIN ? answers.getOrDefault(task, List.of()).size() : super.size(task, split);
    }

    @Override
    public List<Integer> otherOrders(final String task, final Split split, final int index) {
        // the other orders may have no good answer
        return split == Split.TRAIN ? List.of() : super.otherOrders(task, split, index);
    }

    @Override
    public boolean fits(final String task, final Split split, final int index) {
        return super.fits(
                task,
                split,
                split == Split.TRAIN ? Objects.requireNonNull(answers.get(task)).get(index).index : index);
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        if (split != Split.TRAIN) {
            return super.example(task, split, index);
        }
        final Line line = Objects.requireNonNull(answers.get(task)).get(index);
        final JudgeExample example = super.example(task, split, line.index);
        if (!example.id().equals(line.id)) {
            throw new DataException("an answer is to " + line.id + ", but example " + line.index + " of task " + task
                    + " is " + example.id() + ": the answers belong to other data");
        }
        return example.withDemonstration(line.demonstration);
    }
}
