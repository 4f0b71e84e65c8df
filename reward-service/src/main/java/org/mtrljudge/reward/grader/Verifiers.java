package org.mtrljudge.reward.grader;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.LabelVerifier;
import org.mtrljudge.tasks.Verifier;

/** All verifiers: the built-in ones, those in the JARs of a plug-in folder, and functions. Plug-ins stay loaded until the process ends. */
public final class Verifiers {
    private static final int USUAL_CALLS_AT_ONCE = 32;

    private final Map<String, Grader> byName = new TreeMap<>();

    /**
     * @param folder the folder with JARs that have a {@code META-INF/services/org.mtrljudge.tasks.Verifier}; null for none
     * @param timeoutMs the time limit of one call of a plug-in
     * @param callsAtOnce the calls of a plug-in at the same time
     * @throws IllegalArgumentException when the folder cannot be read, a plug-in cannot be created, or two verifiers have the same name
     */
    public Verifiers(final @Nullable Path folder, final long timeoutMs, final int callsAtOnce) {
        add(new BuiltIn(new LabelVerifier()));
        if (folder == null) {
            return;
        }
        final URLClassLoader plugins = new URLClassLoader(jars(folder), Verifier.class.getClassLoader());
        try {
            ServiceLoader.load(Verifier.class, plugins)
                    .forEach(own -> add(new TimedVerifier(own, timeoutMs, callsAtOnce)));
        } catch (final ServiceConfigurationError e) {
            throw new IllegalArgumentException("a plug-in in " + folder + " cannot be loaded: " + e.getMessage(), e);
        }
    }

    /** The verifiers with the usual number of calls at the same time. */
    public Verifiers(final @Nullable Path folder, final long timeoutMs) {
        this(folder, timeoutMs, USUAL_CALLS_AT_ONCE);
    }

    private static URL[] jars(final Path folder) {
        final List<URL> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
            for (final Path jar : found) {
                jars.add(jar.toUri().toURL());
            }
        } catch (final MalformedURLException e) {
            throw new IllegalStateException("the path of a plug-in is not a valid URL", e);
        } catch (final IOException e) {
            throw new IllegalArgumentException(
                    "the plug-in folder " + folder + " cannot be read: " + e.getMessage(), e);
        }
        return jars.toArray(new URL[0]);
    }

    /** @throws IllegalArgumentException when another verifier has this name */
    public void add(final Grader grader) {
        if (byName.putIfAbsent(grader.terms().name(), grader) != null) {
            throw new IllegalArgumentException(
                    "two verifiers are called '" + grader.terms().name() + "'");
        }
    }

    /** @throws IllegalArgumentException when there is none of this name */
    public Grader named(final String name) {
        final Grader grader = byName.get(name);
        if (grader == null) {
            throw new IllegalArgumentException("there is no verifier '" + name + "', only " + byName.keySet());
        }
        return grader;
    }
}
