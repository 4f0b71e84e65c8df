package org.mtrljudge.tasks.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.verdict.VerdictReading;

/**
 * The data that a run judges: the section {@code data} of its settings.
 *
 * @param file the {@code data.jsonl} of the user; null for the built-in tasks
 * @param systemPrompt the turn of the system before every question; null: there is none
 * @param formatPrompt the text that is put to every question, see {@link FormatPrompt}; null: the questions stay as they are
 * @param verdict how verdicts are found in what the judge writes
 * @param perTask other values of these three for single tasks
 * @param demonstrations the file of answers that are learned from in place of the demonstrations of the data, see {@link OwnAnswers};
 *     null: those of the data
 * @param verdicts the built-in tasks by the types of their verdicts: label, score, pair, rank, rubric
 * @param heldOut the built-in tasks that are only tested, see {@link BuiltInTasks}
 * @param seed the seed of the pictures of the built-in tasks
 * @param trainSize the number of training examples per built-in task
 * @param trainTasks the tasks for training and validation; empty for all tasks. Every task is tested
 * @param watchTasks tasks that are not trained on and that every validation asks too; they never choose a checkpoint
 * @param mixing how often training uses each task: uniform, size or temperature
 * @param taskWeights factors for the shares of tasks
 */
public record DataSettings(
        @Nullable String file,
        @Nullable String systemPrompt,
        @Nullable String formatPrompt,
        VerdictReading verdict,
        Map<String, JsonNode> perTask,
        @Nullable String demonstrations,
        List<String> verdicts,
        List<String> heldOut,
        long seed,
        int trainSize,
        int validationSize,
        int testSize,
        List<String> trainTasks,
        List<String> watchTasks,
        String mixing,
        double mixingTemperature,
        Map<String, Double> taskWeights) {

    /**
     * The tasks for training, and how often training uses each of them.
     *
     * @param trainTasks the tasks for training; empty for all tasks of the training split
     * @param mixing uniform (tasks take turns), size, or temperature (size to the power of 1 / temperature)
     * @param taskWeights factors for the shares of tasks; 1 for a task without a factor
     */
    record Mix(List<String> trainTasks, String mixing, double temperature, Map<String, Double> taskWeights) {
        Mix {
            Check.choice("data.mixing", mixing, List.of("uniform", "size", "temperature"));
            Check.range("data.mixing_temperature", temperature, 1, 100);
            taskWeights.forEach((task, weight) -> Check.range("data.task_weights." + task, weight, 1e-6, 1e6));
        }

        ExampleSource of(final ExampleSource all, final List<String> watched) {
            final double exponent = switch (mixing) {
                case "size" -> 1;
                case "temperature" -> 1 / temperature;
                default -> 0;
            };
            return new MixedTasks(all, trainTasks, watched, exponent, taskWeights);
        }
    }

    public DataSettings {
        verdicts = List.copyOf(verdicts);
        BuiltInTasks.checkTypes("data.verdicts", verdicts);
        heldOut = List.copyOf(heldOut);
        BuiltInTasks.checkHeldOut("data.held_out", heldOut);
        trainTasks = List.copyOf(trainTasks);
        watchTasks = List.copyOf(watchTasks);
        taskWeights = Map.copyOf(taskWeights);
        perTask = Map.copyOf(perTask);
        Check.range("data.train_size", trainSize, 1, 10_000_000);
        Check.range("data.validation_size", validationSize, 0, 1_000_000);
        Check.range("data.test_size", testSize, 1, 1_000_000);
        // the constructor refuses values that are out of range
        new Mix(trainTasks, mixing, mixingTemperature, taskWeights);
        new Instructions(systemPrompt, formatPrompt, verdict, perTask);
    }

    /** How questions are asked and verdicts are read. */
    public Instructions instructions() {
        return new Instructions(systemPrompt, formatPrompt, verdict, perTask);
    }

    /**
     * @throws DataException when the file has no data, or lacks a task that the settings name
     */
    public ExampleSource source() {
        final ExampleSource all = file != null
                ? JsonlData.read(Path.of(file))
                : new BuiltInTasks(seed, trainSize, validationSize, testSize, verdicts, heldOut);
        return mix().of(instructions().put(OwnAnswers.of(demonstrations, all)), watchTasks);
    }

    private Mix mix() {
        return new Mix(trainTasks, mixing, mixingTemperature, taskWeights);
    }

    /** Whether both settings give the same training examples in the same order. */
    public boolean drawnAs(final DataSettings other) {
        return Objects.equals(file, other.file)
                && Objects.equals(systemPrompt, other.systemPrompt)
                && Objects.equals(formatPrompt, other.formatPrompt)
                && verdict.equals(other.verdict)
                && perTask.equals(other.perTask)
                && Objects.equals(demonstrations, other.demonstrations)
                && verdicts.equals(other.verdicts)
                && seed == other.seed
                && trainSize == other.trainSize
                && mix().equals(other.mix());
    }
}
