package org.mtrljudge.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/** Plug-ins that throw, always or for one label, hang, or are slow. */
public final class BadVerifiers {
    private BadVerifiers() {}

    /** Writes the JAR of a plug-in that names these verifiers; their classes are already on the class path. */
    static Path jar(final Path folder) throws IOException {
        Files.createDirectories(folder);
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(folder.resolve("bad.jar")))) {
            jar.putNextEntry(new ZipEntry("META-INF/services/" + Verifier.class.getName()));
            final String names = Stream.of(Throws.class, Hangs.class, Slow.class, Picky.class)
                    .map(Class::getName)
                    .collect(Collectors.joining("\n"));
            jar.write(names.getBytes(StandardCharsets.UTF_8));
        }
        return folder;
    }

    /** Throws for every completion. */
    public static final class Throws implements Verifier {
        @Override
        public String name() {
            return "throws";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy");
        }

        @Override
        public Verification verify(final Judged completion) {
            throw new IllegalStateException("bad luck");
        }
    }

    /** Throws where the label is {@link #UNLUCKY}, otherwise scores completions of an even length as right. */
    public static final class Picky implements Verifier {
        static final String UNLUCKY = "unlucky";

        @Override
        public String name() {
            return "picky";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy");
        }

        @Override
        public Verification verify(final Judged completion) {
            if (completion.reference().equals(UNLUCKY)) {
                throw new IllegalStateException("bad luck");
            }
            return new Verification(Map.of("accuracy", completion.text().length() % 2 == 0 ? 1.0 : 0.0), null, null);
        }
    }

    /** Never answers, and ignores interrupts. */
    public static final class Hangs implements Verifier {
        @Override
        public String name() {
            return "hangs";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy");
        }

        @Override
        public Verification verify(final Judged completion) {
            while (true) {
                try {
                    Thread.sleep(1000);
                } catch (final InterruptedException e) {
                    // This verifier ignores interrupts on purpose.
                    Thread.interrupted();
                }
            }
        }
    }

    /** Takes 1 ms per completion and scores every completion as right. */
    public static final class Slow implements Verifier {
        @Override
        public String name() {
            return "slow";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy");
        }

        @Override
        public Verification verify(final Judged completion) {
            try {
                Thread.sleep(1);
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Verification(Map.of("accuracy", 1.0), null, null);
        }
    }
}
