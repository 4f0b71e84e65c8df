package org.mtrljudge.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a run's settings: the defaults, a YAML file over them, {@code key=value} pairs over both. */
final class SettingsReader {
    private static final String DEFAULTS = "/quickstart.yaml";
    private static final long MAX_FILE_BYTES = 1 << 20;
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private SettingsReader() {}

    /** @throws UsageException that names the key, its value and what is allowed */
    static RunSettings read(final @Nullable Path file, final List<String> overrides) {
        final ObjectNode tree = defaults();
        if (file != null) {
            merge(tree, parse(file));
        }
        overrides.forEach(override -> apply(tree, override));
        try {
            final RunSettings settings = YAML.treeToValue(tree, RunSettings.class);
            settings.learner(); // what one section says of another
            settings.rewards();
            return settings;
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong setting: " + e.getMessage());
        } catch (final JsonProcessingException e) {
            throw new UsageException(explain(e));
        }
    }

    /** All keys with their values, as a file that {@link #read} takes. */
    static String write(final RunSettings settings) {
        try {
            return YAML.writeValueAsString(settings);
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException("settings that were read can be written", e);
        }
    }

    private static ObjectNode defaults() {
        try (InputStream in = Objects.requireNonNull(SettingsReader.class.getResourceAsStream(DEFAULTS), DEFAULTS)) {
            return (ObjectNode) YAML.readTree(in);
        } catch (final IOException e) {
            throw new IllegalStateException("the resource " + DEFAULTS + " cannot be read", e);
        }
    }

    private static ObjectNode parse(final Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new UsageException("the settings file " + file + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            final JsonNode node = YAML.readTree(Files.readAllBytes(file));
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new UsageException("the settings file " + file + " holds no keys");
        } catch (final JsonProcessingException e) {
            throw new UsageException("the settings file " + file + " is no YAML: " + e.getMessage());
        } catch (final IOException e) {
            throw new UsageException("the settings file " + file + " cannot be read: " + e.getMessage());
        }
    }

    private static void merge(final ObjectNode into, final ObjectNode from) {
        from.properties().forEach(entry -> {
            final JsonNode known = into.get(entry.getKey());
            if (known instanceof ObjectNode section && entry.getValue() instanceof ObjectNode values) {
                merge(section, values);
            } else {
                into.set(entry.getKey(), entry.getValue());
            }
        });
    }

    private static void apply(final ObjectNode tree, final String override) {
        final int equals = override.indexOf('=');
        if (equals < 1) {
            throw new UsageException("--set takes KEY=VALUE, as in --set rollout.n=8; this was '" + override + "'");
        }
        final String[] path = override.substring(0, equals).split("\\.");
        try {
            final JsonNode value = YAML.readTree(override.substring(equals + 1));
            ObjectNode section = tree;
            for (int i = 0; i < path.length - 1; i++) {
                final JsonNode next = section.get(path[i]);
                section = next instanceof ObjectNode o ? o : section.putObject(path[i]);
                if (path[0].equals("kafka")) { // client settings have dots in their names
                    section.set(override.substring("kafka.".length(), equals), value);
                    return;
                }
            }
            section.set(path[path.length - 1], value);
        } catch (final JsonProcessingException e) {
            throw new UsageException("--set " + override + ": the value is no YAML");
        }
    }

    private static String explain(final JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "unknown setting '" + path(unknown) + "'; allowed here: "
                    + unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "));
        }
        if (e instanceof ValueInstantiationException invalid && invalid.getCause() != null) {
            return "wrong setting: " + invalid.getCause().getMessage();
        }
        if (e instanceof MismatchedInputException mismatch) {
            final Class<?> wanted = mismatch.getTargetType();
            return "setting '" + path(mismatch) + "' is not " + describe(wanted) + ": "
                    + mismatch.getOriginalMessage().split("\n")[0];
        }
        return "the settings cannot be read: " + e.getOriginalMessage();
    }

    private static String describe(final @Nullable Class<?> type) {
        if (type == int.class || type == long.class) {
            return "a whole number";
        }
        if (type == double.class) {
            return "a number";
        }
        return type == boolean.class ? "true or false" : "of the right kind";
    }

    private static String path(final JsonMappingException e) {
        return e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
    }
}
