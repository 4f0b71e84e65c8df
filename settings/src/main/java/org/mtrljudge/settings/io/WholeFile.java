package org.mtrljudge.settings.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes text files so that a reader finds the whole file or none. */
public final class WholeFile {
    private WholeFile() {}

    public static void write(final Path file, final String text) throws IOException {
        final Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.writeString(unfinished, text);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
