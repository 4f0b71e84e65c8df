package org.mtrljudge.settings.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removes folders that are only needed for a while. */
public final class Folders {
    private Folders() {}

    /**
     * Removes a folder with everything in it; links are removed, not followed. A folder that is not there is no mistake.
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
