package org.mtrljudge.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads settings from environment variables: {@code JUDGE__ROLLOUT__N=16} sets {@code rollout.n}, {@code JUDGE__KAFKA__BOOTSTRAP_SERVERS}
 * sets {@code kafka.bootstrap.servers}. A variable whose name ends in {@code __FROM_FILE} names a file that contains the value, such as
 * a mounted secret.
 */
final class EnvironmentSettings {
    private static final String PREFIX = "JUDGE__";
    private static final String FROM_FILE = "__FROM_FILE";
    private static final long MAX_FILE_BYTES = 64 << 10;

    private EnvironmentSettings() {}

    /**
     * @return the values by key, in the form that {@code --set} takes
     * @throws UsageException when a file cannot be read
     */
    static Map<String, String> read(final Map<String, String> environment) {
        final Map<String, String> settings = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (!name.startsWith(PREFIX)) {
                return;
            }
            final boolean fromFile = name.endsWith(FROM_FILE);
            final String bare = fromFile ? name.substring(0, name.length() - FROM_FILE.length()) : name;
            settings.put(key(bare), fromFile ? quoted(content(name, Path.of(value))) : value);
        });
        return settings;
    }

    private static String key(final String name) {
        final String key =
                name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace("__", ".");
        for (final String client : SettingsTree.CLIENTS) {
            if (key.startsWith(client + ".")) {
                return client + key.substring(client.length()).replace('_', '.');
            }
        }
        return key;
    }

    /** Quotes the content of a file, because a secret is always text, even if it looks like a number or other YAML. */
    private static String quoted(final String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String content(final String name, final Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new UsageException(name + ": " + file + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return Files.readString(file).strip();
        } catch (final IOException e) {
            throw new UsageException(name + ": " + file + " cannot be read: " + e);
        }
    }
}
