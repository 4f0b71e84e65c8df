package org.mtrljudge.tasks.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/**
 * What is judged: {@code data} of a run's settings.
 *
 * @param file a {@code data.jsonl} of the user's own, null for the built-in tasks
 * @param seed of the built-in tasks' pictures
 * @param trainSize built-in examples of each task
 * @param trainTasks the tasks that are trained on and validated; empty: all. All are tested
 * @param mixing how often each is asked: uniform, size or temperature
 * @param taskWeights multiply a task's share
 */
public record DataSettings(
        @Nullable String file,
        long seed,
        int trainSize,
        int validationSize,
        int testSize,
        List<String> trainTasks,
        String mixing,
        double mixingTemperature,
        Map<String, Double> taskWeights) {

    /**
     * Which tasks are trained on, and how often each is asked.
     *
     * @param trainTasks empty: all of the training split
     * @param mixing uniform (in turn), size, or temperature (by size to the power of 1 / temperature)
     * @param taskWeights multiply a task's share; 1 where there is none
     */
    record Mix(List<String> trainTasks, String mixing, double temperature, Map<String, Double> taskWeights) {
        Mix {
            Check.choice("data.mixing", mixing, List.of("uniform", "size", "temperature"));
            Check.range("data.mixing_temperature", temperature, 1, 100);
            taskWeights.forEach((task, weight) -> Check.range("data.task_weights." + task, weight, 1e-6, 1e6));
        }

        ExampleSource of(final ExampleSource all) {
            final double exponent = switch (mixing) {
                case "size" -> 1;
                case "temperature" -> 1 / temperature;
                default -> 0;
            };
            return new MixedTasks(all, trainTasks, exponent, taskWeights);
        }
    }

    public DataSettings {
        trainTasks = List.copyOf(trainTasks);
        taskWeights = Map.copyOf(taskWeights);
        Check.range("data.train_size", trainSize, 1, 10_000_000);
        Check.range("data.validation_size", validationSize, 0, 1_000_000);
        Check.range("data.test_size", testSize, 1, 1_000_000);
        new Mix(trainTasks, mixing, mixingTemperature, taskWeights); // refuses what is out of range
    }

    /**
     * @throws DataException when the file holds no data or not the tasks that are named
     */
    public ExampleSource source() {
        final ExampleSource all = file != null
                ? JsonlData.read(Path.of(file))
                : new BuiltInTasks(seed, trainSize, validationSize, testSize);
        return mix().of(all);
    }

    private Mix mix() {
        return new Mix(trainTasks, mixing, mixingTemperature, taskWeights);
    }

    /** Whether the same training examples come in the same order. */
    public boolean drawnAs(final DataSettings other) {
        return Objects.equals(file, other.file)
                && seed == other.seed
                && trainSize == other.trainSize
                && mix().equals(other.mix());
    }
}
