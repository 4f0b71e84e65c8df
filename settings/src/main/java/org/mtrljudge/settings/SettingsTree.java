package org.mtrljudge.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a run. {@code quickstart.yaml} contains every key with its default. A YAML file overrides it, the environment
 * overrides both, and {@code key=value} pairs override all. Each process binds the sections that it needs to its own records. A record
 * component that is an enum takes the names of its constants in lower case.
 */
public final class SettingsTree {
    /** The sections that are passed unchanged to clients. Their keys contain dots and are not checked here. */
    static final List<String> CLIENTS = List.of("kafka", "schema_registry");

    /**
     * Settings of earlier builds, section and name, that no setting of this build has the meaning of. A file may still have them, because
     * the folders of runs are kept.
     */
    private static final Map<String, String> RETIRED = Map.of("reward", "pair_timeout_ms");

    private static final String DEFAULTS = "/quickstart.yaml";
    private static final long MAX_FILE_BYTES = 1 << 20;
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            // SettingsKeys has already found unknown keys
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .addModule(Choices.module())
            .build();

    private final ObjectNode tree;

    private SettingsTree(final ObjectNode tree) {
        this.tree = tree;
    }

    /**
     * @param file the settings file; null: there is none
     * @param environment the environment variables of the process, see {@link EnvironmentSettings}
     * @param pairs settings in the form {@code key=value}
     * @throws UsageException that names the key, its value and the allowed values
     */
    public static SettingsTree read(
            final @Nullable Path file, final Map<String, String> environment, final List<String> pairs) {
        final ObjectNode tree = defaults();
        if (file != null) {
            merge(tree, parse(file));
        }
        EnvironmentSettings.read(environment).forEach((key, value) -> put(tree, key, value));
        pairs.forEach(pair -> apply(tree, pair));
        SettingsKeys.check(tree, defaults());
        TextSettings.resolve(tree);
        return new SettingsTree(tree);
    }

    /** A copy of these settings with one {@code key=value} changed. */
    public SettingsTree with(final String pair) {
        final ObjectNode changed = tree.deepCopy();
        apply(changed, pair);
        TextSettings.resolve(changed);
        return new SettingsTree(changed);
    }

    /**
     * Binds the settings to a record. Settings that the record does not have are ignored.
     *
     * @throws UsageException that names the key, its value and the allowed values
     */
    public <T extends Record> T bind(final Class<T> type) {
        try {
            return YAML.treeToValue(tree, type);
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong setting: " + e.getMessage());
        } catch (final JsonProcessingException e) {
            throw new UsageException(explain(e));
        }
    }

    /** All keys with their values as YAML, which can be read again. The secrets of clients are left out. */
    public String write() {
        final ObjectNode open = tree.deepCopy();
        for (final String name : CLIENTS) {
            final ObjectNode client = section(open, name);
            client.remove(Secrets.namesIn(client));
        }
        try {
            return YAML.writeValueAsString(open);
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException("the settings cannot be written as YAML", e);
        }
    }

    /** A digest of the settings that decide which weights the run computes. A run can be resumed only with the same digest. */
    public String digest() {
        return DecidingSettings.digest(tree);
    }

    /** Whether a digest is of a build before there was a list of deciding settings. It cannot be compared with {@link #digest}. */
    public static boolean isOfEarlierBuild(final String digest) {
        return !digest.startsWith(DecidingSettings.PREFIX);
    }

    /** What differs from earlier settings, one line per key. The sections of the clients, which may have secrets, are left out. */
    public List<String> changesSince(final SettingsTree earlier) {
        final Map<String, String> before = new TreeMap<>();
        final Map<String, String> now = new TreeMap<>();
        flatten("", earlier.tree, before);
        flatten("", tree, now);
        return now.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(before.get(entry.getKey())))
                .map(entry -> entry.getKey() + " was " + before.get(entry.getKey()) + ", is " + entry.getValue())
                .toList();
    }

    private static void flatten(final String prefix, final ObjectNode section, final Map<String, String> into) {
        section.properties().forEach(entry -> {
            if (entry.getValue() instanceof ObjectNode inner) {
                if (!CLIENTS.contains(entry.getKey())) {
                    flatten(prefix + entry.getKey() + ".", inner, into);
                }
            } else {
                into.put(prefix + entry.getKey(), entry.getValue().toString());
            }
        });
    }

    @Override
    public boolean equals(final @Nullable Object other) {
        return other instanceof SettingsTree that && tree.equals(that.tree);
    }

    @Override
    public int hashCode() {
        return tree.hashCode();
    }

    private static ObjectNode defaults() {
        try (InputStream in = Objects.requireNonNull(SettingsTree.class.getResourceAsStream(DEFAULTS), DEFAULTS)) {
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
                RETIRED.forEach((section, name) -> {
                    if (object.get(section) instanceof ObjectNode values) {
                        values.remove(name);
                    }
                });
                return object;
            }
            throw new UsageException(
                    "the settings file " + file + " has no keys: it needs sections such as rollout: {n: 8}");
        } catch (final JsonProcessingException e) {
            throw new UsageException("the settings file " + file + " is not YAML: " + e.getMessage());
        } catch (final IOException e) {
            throw new UsageException("the settings file " + file + " cannot be read: " + e.getMessage());
        }
    }

    private static void merge(final ObjectNode into, final ObjectNode from) {
        from.properties().forEach(entry -> {
            final JsonNode known = into.get(entry.getKey());
            // the name of a section without content leaves the section unchanged
            if (known instanceof ObjectNode section && entry.getValue() instanceof ObjectNode values) {
                merge(section, values);
            } else if (!(known instanceof ObjectNode && entry.getValue().isNull())) {
                into.set(entry.getKey(), entry.getValue());
            }
        });
    }

    private static void apply(final ObjectNode tree, final String pair) {
        final int equals = pair.indexOf('=');
        if (equals < 1) {
            throw new UsageException("--set takes KEY=VALUE, as in --set rollout.n=8, not '" + pair + "'");
        }
        put(tree, pair.substring(0, equals), pair.substring(equals + 1));
    }

    private static void put(final ObjectNode tree, final String key, final String text) {
        final JsonNode value;
        try {
            final JsonNode read = YAML.readTree(text);
            // nothing after the = is an empty value, as in a file
            value = read.isMissingNode() ? NullNode.getInstance() : read;
        } catch (final JsonProcessingException e) {
            throw new UsageException("the value of " + key + " is not YAML");
        }
        for (final String client : CLIENTS) {
            if (key.startsWith(client + ".")) {
                section(tree, client).set(key.substring(client.length() + 1), value);
                return;
            }
        }
        final String[] path = key.split("\\.", -1);
        ObjectNode section = tree;
        for (int i = 0; i < path.length - 1; i++) {
            section = section(section, path[i]);
        }
        section.set(path[path.length - 1], value);
    }

    private static ObjectNode section(final ObjectNode tree, final String name) {
        return tree.get(name) instanceof ObjectNode known ? known : tree.putObject(name);
    }

    private static String explain(final JsonProcessingException e) {
        if (e instanceof ValueInstantiationException invalid && invalid.getCause() != null) {
            return "wrong setting: " + invalid.getCause().getMessage();
        }
        if (e instanceof InvalidFormatException invalid
                && invalid.getTargetType().isEnum()) {
            return "wrong setting: " + path(invalid) + " is '" + invalid.getValue() + "', allowed is "
                    + String.join(", ", Choices.words(invalid.getTargetType()));
        }
        if (e instanceof MismatchedInputException mismatch) {
            return "setting '" + path(mismatch) + "' is not " + describe(mismatch.getTargetType()) + ": "
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
