package org.mtrljudge.standalone.experiment.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.Split;

/**
 * The definition of an experiment: a YAML file, or one of the built-in presets, small, full and paper.
 *
 * @param seeds the training seeds; each seed repeats the whole experiment
 * @param standsFor the column of the paper that is shown beside the numbers of a task
 * @param settings the settings of all runs that differ from the quickstart
 * @param methods by {@link Method#setting}: more settings, for the runs of this method. {@code warm_up} is the run from which the others
 *     start; {@code sft.steps: 0} omits the warm-up
 * @param overrides settings of all runs, as {@code key=value}; they override all of the above
 * @param expected sizes for the plan while data and model are missing; null: the sizes of data and model
 */
public record Preset(
        @Required List<Long> seeds,
        @Required Map<String, String> standsFor,
        JsonNode settings,
        @Required Map<String, JsonNode> methods,
        @Required List<String> overrides,
        @Nullable Expected expected) {

    /**
     * @param promptTokens the approximate tokens per prompt, including its images
     * @param config the config.json of the model
     * @param tasks by task: the number of train, validation and test examples
     */
    public record Expected(
            int promptTokens, JsonNode config, @Required Map<String, List<Integer>> tasks) {
        public Expected {
            tasks.forEach((task, sizes) -> {
                if (sizes.size() != Split.values().length || sizes.contains(null)) {
                    throw new IllegalArgumentException("expected.tasks." + task + " is " + sizes
                            + ", but the numbers of train, validation and test examples are needed");
                }
            });
        }
    }

    private static final long MAX_FILE_BYTES = 1 << 20;
    private static final Pattern MISSING =
            Pattern.compile("Missing (?:required )?creator property ('[^']*').*", Pattern.DOTALL);
    private static final ObjectReader READER =
            Mappers.YAML.readerFor(Preset.class).with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    public Preset {
        if (seeds.isEmpty() || seeds.stream().distinct().count() < seeds.size()) {
            throw new IllegalArgumentException("seeds are " + seeds + ": name at least one seed, and no seed twice");
        }
        final List<String> known =
                Arrays.stream(Method.values()).map(Method::setting).toList();
        methods.keySet().forEach(method -> Check.choice("methods", method, known));
        for (final Method needed : List.of(Method.WARM_UP, Method.MT_RL_JUDGE)) {
            if (!methods.containsKey(needed.setting())) {
                throw new IllegalArgumentException("methods has no " + needed.setting()
                        + ": every experiment has this method, so add it, if only with {}");
            }
        }
    }

    /**
     * @param name small, full, paper, or the path of a file
     * @throws UsageException when the preset does not exist or the file is not a preset
     */
    public static Preset named(final String name) {
        final Path file = Path.of(name);
        try (InputStream builtIn = Preset.class.getResourceAsStream("/experiment/" + file.getFileName() + ".yaml")) {
            if (builtIn != null && file.getNameCount() == 1) {
                return READER.readValue(builtIn);
            }
            if (!Files.isRegularFile(file)) {
                throw new UsageException("there is no preset and no file '" + name + "'; presets: small, full, paper");
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new UsageException("the preset " + name + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            final Preset read = READER.readValue(file.toFile());
            if (read == null) {
                throw new UsageException("the preset " + name + " is empty");
            }
            return read;
        } catch (final JsonProcessingException e) {
            throw new UsageException("the preset " + name + " cannot be read: "
                    + MISSING.matcher(e.getOriginalMessage()).replaceFirst("the key $1 is missing"));
        } catch (final IOException e) {
            throw new UsageException("the preset " + name + " cannot be read: " + e.getMessage());
        }
    }

    /** All runs in the order of execution: seed by seed, the warm-up first. */
    public List<Cell> cells(final List<String> tasks) {
        final List<Cell> cells = new ArrayList<>();
        for (final long seed : seeds) {
            for (final Method method : ran()) {
                if (method.isSingle()) {
                    tasks.forEach(task -> cells.add(new Cell(method, task, seed)));
                } else {
                    cells.add(new Cell(method, null, seed));
                }
            }
        }
        return cells;
    }

    /** The methods of this experiment, in the order of execution. */
    private List<Method> ran() {
        return Arrays.stream(Method.values())
                .filter(method -> methods.containsKey(method.setting()))
                .toList();
    }

    /** The settings of a run that differ from the quickstart, as {@code key=value}, without the model from which it starts. */
    public List<String> pairs(final Cell cell) {
        final Map<String, String> pairs = new LinkedHashMap<>();
        flatten("", settings, pairs);
        flatten("", Objects.requireNonNull(methods.get(cell.method().setting()), "no such method"), pairs);
        pairs.put("trainer.seed", String.valueOf(cell.seed()));
        if (cell.task() != null) {
            pairs.put("data.train_tasks", "[\"" + cell.task() + "\"]");
        }
        return Stream.concat(
                        pairs.entrySet().stream().map(pair -> pair.getKey() + "=" + pair.getValue()),
                        overrides.stream())
                .toList();
    }

    /** The same preset with more overrides. */
    public Preset with(final List<String> more) {
        final List<String> all = new ArrayList<>(overrides);
        all.addAll(more);
        return new Preset(seeds, standsFor, settings, methods, all, expected);
    }

    /** The preset as the text of a file that {@link #named} reads. */
    public String write() throws IOException {
        return Mappers.YAML.writeValueAsString(this);
    }

    private static void flatten(final String prefix, final JsonNode node, final Map<String, String> into) {
        node.properties().forEach(entry -> {
            final String key = prefix + entry.getKey();
            if (entry.getValue().isObject() && !entry.getValue().isEmpty()) {
                flatten(key + ".", entry.getValue(), into);
            } else {
                // every JSON text is valid YAML
                into.put(key, entry.getValue().toString());
            }
        });
    }
}
