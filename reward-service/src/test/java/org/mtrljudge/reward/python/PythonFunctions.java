package org.mtrljudge.reward.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** What tests of functions in Python share: a function from its source, and grades of texts. Without Python there is nothing to test. */
abstract class PythonFunctions {
    static final String RIGHT = "<think>a ball</think><answer>yes</answer>";

    @TempDir
    Path folder;

    final List<PythonFunction> opened = new ArrayList<>();

    @BeforeEach
    void needPython() {
        assumeTrue(hasPython(), "there is no python3");
    }

    static boolean hasPython() {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (final Exception e) {
            return false;
        }
    }

    @AfterEach
    void close() {
        opened.forEach(PythonFunction::close);
    }

    PythonFunction function(final String source, final Map<String, Object> more) throws Exception {
        final Path file = folder.resolve("my_reward.py");
        Files.writeString(file, source);
        final Map<String, Object> entry = new HashMap<>(Map.of("file", file.toString(), "name", "f", "workers", 2));
        entry.putAll(more);
        final PythonFunction function = new PythonFunction(FunctionSettings.of(entry), new ImageStore(folder));
        opened.add(function);
        function.open();
        return function;
    }

    PythonFunction function(final String source) throws Exception {
        return function(source, Map.of());
    }

    static Judged judged(final String text) {
        return new Judged("alignment", "yes", Label.of("yes", "no"), text, true, 9);
    }

    static List<Grade> grade(final PythonFunction function, final String... texts) {
        final List<Judged> completions =
                Stream.of(texts).map(PythonFunctions::judged).toList();
        return function.grade(Scoring.prompt(completions.get(0)), completions, Deadline.in(20_000));
    }

    static Map<String, Double> components(final Grade grade) {
        assertThat(grade).isInstanceOf(Grade.Given.class);
        return ((Grade.Given) grade).verification().components();
    }

    static void failed(final Grade grade, final FailureReason reason, final String message) {
        assertThat(grade).isInstanceOf(Grade.Failed.class);
        assertThat(((Grade.Failed) grade).reason()).isEqualTo(reason);
        assertThat(((Grade.Failed) grade).message()).contains(message);
    }
}
