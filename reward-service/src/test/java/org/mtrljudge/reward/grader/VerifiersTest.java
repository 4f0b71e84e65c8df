package org.mtrljudge.reward.grader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** Compiles and packs a plug-in verifier in the way that the example describes. */
class VerifiersTest {
    private static final Path EXAMPLE = Path.of("../examples/verifier/MentionsTask.java");

    private static final long TIMEOUT_MS = 300;

    @TempDir
    private Path folder;

    private Path plugins(final String name, final String source) throws IOException {
        final Path java = folder.resolve(name + ".java");
        Files.writeString(java, source);
        final Path classes = Files.createDirectories(folder.resolve("classes-" + name));
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final String[] options = {
            "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), java.toString()
        };
        assertThat(compiler.run(null, null, null, options)).isZero();
        final Path plugins = Files.createDirectories(folder.resolve("plugins"));
        try (OutputStream out = Files.newOutputStream(plugins.resolve(name + ".jar"));
                JarOutputStream jar = new JarOutputStream(out);
                Stream<Path> files = Files.list(classes)) {
            for (final Path file : files.toList()) {
                put(jar, file.getFileName().toString(), Files.readAllBytes(file));
            }
            put(jar, "META-INF/services/org.mtrljudge.tasks.Verifier", name.getBytes(StandardCharsets.UTF_8));
        }
        return plugins;
    }

    private static void put(final JarOutputStream jar, final String name, final byte[] content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(content);
        jar.closeEntry();
    }

    private RewardSet set(final Path plugins, final String yaml) throws IOException {
        final Path file = folder.resolve("rewards.yaml");
        Files.writeString(file, yaml);
        return new RewardSetReader(new Verifiers(plugins, TIMEOUT_MS)).read(file);
    }

    private static Judged judged() {
        final String text = "<think>safety first</think><answer>yes</answer>";
        return new Judged("safety", "yes", Label.of("yes", "no"), text, true, 9);
    }

    @Test
    void shouldUseAVerifierThatTheUserWrote() throws IOException {
        final RewardSet set = set(
                plugins("MentionsTask", Files.readString(EXAMPLE)),
                "{name: own, version: 3, defaults: {verifier: mentions-task, combine: 'accuracy + 0.5 * mentions'}}");
        assertThat(Scoring.score(set.of("safety"), judged()).total()).isEqualTo(1.5);
        assertThat(Scoring.score(set.of("safety"), judged()).components())
                .containsEntry("mentions", 1.0)
                .containsEntry("format", 1.0);
    }

    @Test
    void shouldNeverRewardAVerifierThatThrows() throws IOException {
        final String throwing = Files.readString(EXAMPLE)
                .replace("MentionsTask", "Throwing")
                .replace(
                        "final Verification base",
                        "if (true) throw new IllegalStateException(\"boom\");" + " final Verification base");
        final RewardSet set = set(
                plugins("Throwing", throwing),
                "{name: own, version: 1, defaults: {verifier: mentions-task, weights: {accuracy: 1.0}}}");
        assertThatThrownBy(() -> Scoring.score(set.of("safety"), judged()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the verifier 'mentions-task' failed: java.lang.IllegalStateException: boom");
    }

    @Test
    void shouldStopCallingAVerifierThatNeverReturns() throws IOException {
        final String hanging = Files.readString(EXAMPLE)
                .replace("MentionsTask", "Hanging")
                .replace(
                        "final Verification base",
                        "while (completion.text().isEmpty()) Thread.onSpinWait();" + " final Verification base");
        final RewardSet set = set(
                plugins("Hanging", hanging),
                "{name: own, version: 1, defaults: {verifier: mentions-task, weights: {accuracy: 1.0}}}");
        final Judged empty = new Judged("safety", "yes", Label.of("yes", "no"), "", true, 0);
        assertThatThrownBy(() -> Scoring.score(set.of("safety"), empty))
                .hasMessageContaining("no answer within 300 ms");
        // the next completion is still scored
        assertThat(Scoring.score(set.of("safety"), judged()).total()).isEqualTo(1);
        for (int i = 1; i < TimedVerifier.MAX_HANGING; i++) {
            assertThatThrownBy(() -> Scoring.score(set.of("safety"), empty))
                    .hasMessageContaining("no answer within 300 ms");
        }
        assertThatThrownBy(() -> Scoring.score(set.of("safety"), judged()))
                .hasMessageContaining("not called, because calls for 4 groups still run");
    }

    @Test
    void shouldRefuseTwoVerifiersWithTheSameNameAndAMissingFolder() throws IOException {
        final String example = Files.readString(EXAMPLE);
        plugins("MentionsTask", example);
        final Path both = plugins("Second", example.replace("MentionsTask", "Second"));
        assertThatThrownBy(() -> new Verifiers(both, TIMEOUT_MS))
                .hasMessageContaining("two verifiers are called 'mentions-task'");
        assertThatThrownBy(() -> new Verifiers(folder.resolve("absent"), TIMEOUT_MS))
                .hasMessageContaining("absent cannot be read");
    }
}
