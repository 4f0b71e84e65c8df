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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;

/**
 * What an experiment is made of: a YAML file, or one of the built-in ones, small and paper.
 *
 * @param seeds of training; each is a repetition of everything
 * @param standsFor the paper's column beside which a task's numbers are shown
 * @param settings that differ from the quickstart's in every run
 * @param warmUp more of them, of the run that the others begin with; {@code sft.steps: 0} leaves the warm-up out
 * @param sftSingle more of them, of each method's runs
 * @param overrides settings of every run over all of these, as {@code key=value}
 * @param expected sizes for the plan while data and model are not there; null: their own
 */
public record Preset(
        List<Long> seeds,
        Map<String, String> standsFor,
        JsonNode settings,
        JsonNode warmUp,
        JsonNode sftSingle,
        JsonNode sftUnified,
        JsonNode rlSingle,
        JsonNode mtRlJudge,
        List<String> overrides,
        @Nullable Expected expected) {

    /**
     * @param promptTokens of a prompt with its images, about
     * @param config the model's config.json
     * @param tasks examples by task: train, validation, test
     */
    public record Expected(int promptTokens, JsonNode config, Map<String, List<Integer>> tasks) {}

    private static final long MAX_FILE_BYTES = 1 << 20;
    private static final Pattern MISSING =
            Pattern.compile("Missing (?:required )?creator property ('[^']*').*", Pattern.DOTALL);
    private static final ObjectReader READER =
            Mappers.YAML.readerFor(Preset.class).with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    public Preset {
        if (seeds.isEmpty() || seeds.stream().distinct().count() < seeds.size()) {
            throw new IllegalArgumentException("seeds are " + seeds + ", wanted is one at least, and none twice");
        }
    }

    /**
     * @param name small, paper, or a file
     * @throws UsageException when there is no such preset or it is not one
     */
    public static Preset named(final String name) {
        final Path file = Path.of(name);
        try (InputStream builtIn = Preset.class.getResourceAsStream("/experiment/" + file.getFileName() + ".yaml")) {
            if (builtIn != null && file.getNameCount() == 1) {
                return READER.readValue(builtIn);
            }
            if (!Files.isRegularFile(file)) {
                throw new UsageException("there is no preset and no file '" + name + "'; presets: small, paper");
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new UsageException("the preset " + name + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return READER.readValue(file.toFile());
        } catch (final JsonProcessingException e) {
            throw new UsageException("the preset " + name + " cannot be read: "
                    + MISSING.matcher(e.getOriginalMessage()).replaceFirst("the key $1 is missing"));
        } catch (final IOException e) {
            throw new UsageException("the preset " + name + " cannot be read: " + e.getMessage());
        }
    }

    /** All runs, in the order in which they are made: a seed after the other, the warm-up first. */
    public List<Cell> cells(final List<String> tasks) {
        final List<Cell> cells = new ArrayList<>();
        for (final long seed : seeds) {
            for (final Method method : Method.values()) {
                if (method.isSingle()) {
                    tasks.forEach(task -> cells.add(new Cell(method, task, seed)));
                } else {
                    cells.add(new Cell(method, null, seed));
                }
            }
        }
        return cells;
    }

    /** What a run's settings have that the quickstart's have not, as {@code key=value}; the model it begins with comes on top. */
    public List<String> pairs(final Cell cell) {
        final Map<String, String> pairs = new LinkedHashMap<>();
        flatten("", settings, pairs);
        flatten("", own(cell.method()), pairs);
        pairs.put("trainer.seed", String.valueOf(cell.seed()));
        if (cell.task() != null) {
            pairs.put("data.train_tasks", "[\"" + cell.task() + "\"]");
        }
        return Stream.concat(
                        pairs.entrySet().stream().map(pair -> pair.getKey() + "=" + pair.getValue()),
                        overrides.stream())
                .toList();
    }

    /** The same, with more settings over all of it. */
    public Preset with(final List<String> more) {
        final List<String> all = new ArrayList<>(overrides);
        all.addAll(more);
        return new Preset(
                seeds, standsFor, settings, warmUp, sftSingle, sftUnified, rlSingle, mtRlJudge, all, expected);
    }

    /** As a file that {@link #named} reads. */
    public String write() throws IOException {
        return Mappers.YAML.writeValueAsString(this);
    }

    private JsonNode own(final Method method) {
        return switch (method) {
            case WARM_UP -> warmUp;
            case SFT_SINGLE -> sftSingle;
            case SFT_UNIFIED -> sftUnified;
            case RL_SINGLE -> rlSingle;
            case MT_RL_JUDGE -> mtRlJudge;
        };
    }

    private static void flatten(final String prefix, final JsonNode node, final Map<String, String> into) {
        node.properties().forEach(entry -> {
            final String key = prefix + entry.getKey();
            if (entry.getValue().isObject() && !entry.getValue().isEmpty()) {
                flatten(key + ".", entry.getValue(), into);
            } else {
                into.put(key, entry.getValue().toString()); // JSON is YAML
            }
        });
    }
}
