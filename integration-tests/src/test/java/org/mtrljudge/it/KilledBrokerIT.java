package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** A broker on the folder of one that was killed. The copy of a folder in use is what a killed broker leaves. */
class KilledBrokerIT {
    /** A successor that waited until the session of the one before has ended would wait for longer than the test may take. */
    private static final Map<String, String> LONG_SESSION = Map.of("broker.session.timeout.ms", "600000");

    @Test
    @Timeout(120)
    void shouldStartAtOnceWhereABrokerWasKilled(@TempDir final Path folder) throws IOException {
        final Topics topics = new Topics("killed", new LocalSchemaRegistry());
        final Path left = folder.resolve("left");
        try (EmbeddedBroker killed = EmbeddedBroker.start(folder.resolve("first"), 0, LONG_SESSION)) {
            killed.prepare(topics);
            copy(folder.resolve("first"), left);

            assertThatThrownBy(() -> EmbeddedBroker.start(folder.resolve("first"), 0))
                    .isInstanceOf(RunException.class)
                    .hasMessageContaining("another process uses");
        }

        try (EmbeddedBroker successor = EmbeddedBroker.start(left, 0, LONG_SESSION)) {
            assertThat(successor.topics()).contains(topics.rollouts().name());
        }
    }

    private static void copy(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            // a file that the broker is about to rename is not copied
            for (final Path file :
                    files.filter(f -> !f.toString().endsWith(".tmp")).toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
