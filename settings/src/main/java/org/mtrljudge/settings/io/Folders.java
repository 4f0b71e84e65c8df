package org.mtrljudge.settings.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removes temporary folders. */
public final class Folders {
    private Folders() {}

    /**
     * Removes a folder and its content. Links are removed, not followed. A folder that does not exist is not an error.
     *
     * @throws IOException that names the folder
     */
    public static void delete(final Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (final IOException e) {
            throw new IOException("the folder " + folder + " cannot be removed: " + e, e);
        }
    }
}
