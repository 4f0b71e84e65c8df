package org.mtrljudge.reward.rule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.settings.Check;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.LabelVerifier;

/** Reads a reward set from YAML. Every error in it is found here, before any group is scored. */
public final class RewardSetReader {
    private static final long MAX_FILE_BYTES = 1 << 20;

    private final Verifiers verifiers;

    public RewardSetReader(final Verifiers verifiers) {
        this.verifiers = verifiers;
    }

    /** The structure of the file. */
    record SetFile(
            @Nullable String name,
            int version,
            @Nullable TaskFile defaults,
            @Nullable Map<String, TaskFile> tasks) {}

    /** The entry of one task: a format weight, weights, or an expression. */
    record TaskFile(
            @Nullable String verifier,
            @Nullable Double formatWeight,
            @Nullable Map<String, Double> weights,
            @Nullable String combine,
            @Nullable ComponentsFile components) {}

    /** The components of form that the task uses, with their constants. */
    record ComponentsFile(
            Component.@Nullable Length length,
            Component.@Nullable Repetition repetition,
            @Nullable PositionConsistency positionConsistency,
            @Nullable Comparative comparative) {
        static final ComponentsFile NONE = new ComponentsFile(null, null, null, null);
    }

    /** @throws IllegalArgumentException that names the file, the task and the key */
    public RewardSet read(final Path file) {
        return read(file, text(file));
    }

    /**
     * Reads the reward set in a text.
     *
     * @param file the file of the text, for messages
     * @throws IllegalArgumentException that names the file, the task and the key
     */
    public RewardSet read(final Path file, final String text) {
        final SetFile read = parse(file, text);
        if (read.name == null || read.name.isBlank()) {
            throw new IllegalArgumentException(file + ": the key 'name' is missing");
        }
        if (read.version < 1) {
            throw new IllegalArgumentException(file + ": 'version' is " + read.version + ", but versions begin at 1");
        }
        final Map<String, TaskReward> tasks = new HashMap<>();
        if (read.tasks != null) {
            read.tasks.forEach((task, entry) -> tasks.put(task, reward(file, "tasks." + task, entry)));
        }
        final TaskReward defaults = read.defaults == null ? null : reward(file, "defaults", read.defaults);
        if (tasks.isEmpty() && defaults == null) {
            throw new IllegalArgumentException(file + ": it has neither 'tasks' nor 'defaults': add one of them");
        }
        return new RewardSet(read.name, read.version, tasks, defaults);
    }

    /** @throws IllegalArgumentException when the file does not exist or cannot be read */
    public static String text(final Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no reward set " + file);
        }
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return Files.readString(file);
        } catch (final IOException e) {
            throw new IllegalArgumentException("the reward set " + file + " cannot be read: " + e.getMessage());
        }
    }

    private static SetFile parse(final Path file, final String text) {
        try {
            final SetFile read = Mappers.YAML.readValue(text, SetFile.class);
            if (read == null) {
                throw new IllegalArgumentException(file + " is empty");
            }
            return read;
        } catch (final UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(file + ": unknown key '" + e.getPropertyName() + "'; allowed here: "
                    + new TreeSet<>(e.getKnownPropertyIds()));
        } catch (final JsonMappingException e) {
            final String key = e.getPath().stream()
                    .map(Reference::getFieldName)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("."));
            throw new IllegalArgumentException(file + ": '" + key + "': " + e.getOriginalMessage());
        } catch (final JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is not YAML: " + e.getOriginalMessage());
        }
    }

    private TaskReward reward(final Path file, final String where, final @Nullable TaskFile task) {
        if (task == null) {
            throw new IllegalArgumentException(
                    file + ": " + where + ": the entry is empty; it needs format_weight, weights or combine");
        }
        try {
            final Grader grader = verifiers.named(task.verifier == null ? LabelVerifier.NAME : task.verifier);
            final ComponentsFile wanted = Objects.requireNonNullElse(task.components, ComponentsFile.NONE);
            final Map<String, Component> components = new TreeMap<>();
            if (wanted.length != null) {
                components.put("length", wanted.length);
            }
            if (wanted.repetition != null) {
                components.put("repetition", wanted.repetition);
            }
            final int orders = wanted.positionConsistency == null ? 1 : wanted.positionConsistency.orders();
            if (orders > 1 && !grader.terms().components().contains("accuracy")) {
                throw new IllegalArgumentException("position_consistency needs a verifier that returns accuracy, but '"
                        + grader.terms().name() + "' returns " + grader.terms().components());
            }
            final TreeSet<String> names = new TreeSet<>(grader.terms().components());
            names.addAll(components.keySet());
            if (orders > 1) {
                names.add(TaskReward.POSITION_CONSISTENCY);
            }
            if (wanted.comparative != null) {
                names.add(Comparative.NAME);
            }
            return new TaskReward(grader, components, orders, wanted.comparative, combination(task, names));
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + where + ": " + e.getMessage(), e);
        }
    }

    private static Combination combination(final TaskFile task, final TreeSet<String> names) {
        final boolean[] given = {task.formatWeight != null, task.weights != null, task.combine != null};
        if ((given[0] ? 1 : 0) + (given[1] ? 1 : 0) + (given[2] ? 1 : 0) != 1) {
            throw new IllegalArgumentException("exactly one of format_weight, weights and combine is needed");
        }
        if (task.combine != null) {
            return new Combination.Expression(task.combine, names);
        }
        if (task.weights != null) {
            return new Combination.Weighted(task.weights, names);
        }
        final double alpha = task.formatWeight == null ? 0 : task.formatWeight;
        Check.range("format_weight", alpha, 0, 1);
        return new Combination.Weighted(Map.of("accuracy", 1 - alpha, "format", alpha), names);
    }
}
