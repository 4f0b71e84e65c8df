package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The names of policies that were copied to this machine. A name contains the process, so that the copies of a killed process are found. */
final class TemporaryCopies {
    private static final String PREFIX = "judge-policy-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9]{1,10})-.*\\.safetensors");

    private static final Logger LOG = LoggerFactory.getLogger(TemporaryCopies.class);

    private TemporaryCopies() {}

    /** A new file, which does not exist yet. */
    static Path name(final Path folder) {
        return folder.resolve(PREFIX + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + ".safetensors");
    }

    /** Deletes the copies of processes that do not run any more, as far as this process may. */
    static void deleteLeftovers(final Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (final Path file : files) {
                final Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
                if (name.matches() && isLeft(file, Long.parseLong(name.group(1)))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (final IOException | DirectoryIteratorException e) {
            LOG.warn("copies of policies are left in {}: {}", folder, e.toString());
        }
    }

    private static boolean isLeft(final Path file, final long pid) throws IOException {
        final ProcessHandle self = ProcessHandle.current();
        if (pid != self.pid()) {
            return ProcessHandle.of(pid).isEmpty();
        }
        // in a container, every process has the same number as the one before it
        final Instant started = self.info().startInstant().orElse(Instant.MIN);
        return Files.getLastModifiedTime(file).toInstant().isBefore(started);
    }
}
