package org.mtrljudge.tasks;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/**
 * What is judged: {@code data} of a run's settings.
 *
 * @param file a {@code data.jsonl} of the user's own, null for the built-in tasks
 * @param seed of the built-in tasks' pictures
 * @param trainSize built-in examples of each task
 */
public record DataSettings(@Nullable String file, long seed, int trainSize, int validationSize, int testSize) {
    public DataSettings {
        Check.range("data.train_size", trainSize, 1, 10_000_000);
        Check.range("data.validation_size", validationSize, 0, 1_000_000);
        Check.range("data.test_size", testSize, 1, 1_000_000);
    }

    /** @throws DataException when the file holds no data */
    public ExampleSource source() {
        return file != null
                ? JsonlData.read(Path.of(file))
                : new BuiltInTasks(seed, trainSize, validationSize, testSize);
    }

    /** Whether the same training examples come in the same order. */
    public boolean drawnAs(final DataSettings other) {
        return Objects.equals(file, other.file) && seed == other.seed && trainSize == other.trainSize;
    }
}
