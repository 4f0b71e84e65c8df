package org.mtrljudge.reward.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;

/**
 * Where the key of a server is. It is read when the server is asked, because commands that score nothing need none, and it is in no message.
 *
 * @param file the file that contains it; null: none
 * @param variable the environment variable that contains it; null: none
 */
record ApiKey(@Nullable String file, @Nullable String variable) {
    private static final long MAX_BYTES = 64 << 10;
    private static final String WHERE = "wrong setting: reward.servers: ";

    /**
     * @return the key; null where the server has none
     * @throws UsageException when it cannot be read, or can be no key
     */
    @Nullable
    String read() {
        final String key = text();
        if (key != null && !key.chars().allMatch(sign -> sign > ' ' && sign < 127)) {
            throw new UsageException(WHERE + (variable == null ? "api_key_file " + file : "api_key_env " + variable)
                    + " has signs, such as spaces or lines, that no key has");
        }
        return key;
    }

    private @Nullable String text() {
        if (variable != null) {
            final String key = System.getenv(variable);
            if (key == null) {
                throw new UsageException(WHERE + "the environment has no variable " + variable + " (api_key_env)");
            }
            return key.strip();
        }
        if (file == null) {
            return null;
        }
        final Path path = Path.of(file);
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new UsageException(WHERE + "api_key_file " + path + " is too large");
            }
            return Files.readString(path).strip();
        } catch (final IOException e) {
            throw new UsageException(WHERE + "api_key_file " + path + " cannot be read");
        }
    }
}
