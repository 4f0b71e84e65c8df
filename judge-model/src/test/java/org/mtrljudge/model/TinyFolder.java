package org.mtrljudge.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.mtrljudge.model.checkpoint.JudgeFolder;

/** The folder of the toy judge without its weights, for tests that change one of its files. */
public final class TinyFolder {
    private TinyFolder() {}

    public static void copyTo(final Path folder) throws IOException {
        for (final String file : List.of("tokenizer.json", "preprocessor_config.json", "config.json")) {
            try (InputStream in =
                    Objects.requireNonNull(JudgeFolder.class.getResourceAsStream("/judge-tiny/" + file))) {
                Files.copy(in, folder.resolve(file));
            }
        }
    }
}
