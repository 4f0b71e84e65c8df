package org.mtrljudge.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings in a process's environment: {@code JUDGE__ROLLOUT__N=16} is {@code rollout.n}, {@code JUDGE__KAFKA__BOOTSTRAP_SERVERS} is
 * {@code kafka.bootstrap.servers}. With {@code __FROM_FILE} behind its name the value is what a file holds, as secrets are mounted.
 */
final class EnvironmentSettings {
    private static final String PREFIX = "JUDGE__";
    private static final String FROM_FILE = "__FROM_FILE";
    private static final long MAX_FILE_BYTES = 64 << 10;

    private EnvironmentSettings() {}

    /**
     * @return key to value, as {@code --set} takes them
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
        return key.startsWith(SettingsTree.KAFKA + ".") ? key.replace('_', '.') : key;
    }

    /** A secret is text, whatever it looks like. */
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
