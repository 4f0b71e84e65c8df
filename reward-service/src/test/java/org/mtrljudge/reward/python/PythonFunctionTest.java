package org.mtrljudge.reward.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.reward.rule.Deadline;
import org.mtrljudge.reward.rule.FailureReason;
import org.mtrljudge.reward.rule.Grade;
import org.mtrljudge.reward.rule.GraderClosedException;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** Functions in Python: what they are given, what counts as a score, and that nothing they do becomes a score that they did not give. */
class PythonFunctionTest {
    private static final String RIGHT = "<think>a ball</think><answer>yes</answer>";

    @TempDir
    private Path folder;

    private final List<PythonFunction> opened = new ArrayList<>();

    @BeforeEach
    void needPython() {
        assumeTrue(hasPython(), "there is no python3");
    }

    private static boolean hasPython() {
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

    private PythonFunction function(final String source, final Map<String, Object> more) throws Exception {
        final Path file = folder.resolve("my_reward.py");
        Files.writeString(file, source);
        final Map<String, Object> entry = new HashMap<>(Map.of("file", file.toString(), "name", "f", "workers", 2));
        entry.putAll(more);
        final PythonFunction function = new PythonFunction(FunctionSettings.of(entry), new ImageStore(folder));
        opened.add(function);
        function.open();
        return function;
    }

    private PythonFunction function(final String source) throws Exception {
        return function(source, Map.of());
    }

    private static Judged judged(final String text) {
        return new Judged("alignment", "yes", Label.of("yes", "no"), text, true, 9);
    }

    private static List<Grade> grade(final PythonFunction function, final String... texts) {
        final List<Judged> completions =
                Stream.of(texts).map(PythonFunctionTest::judged).toList();
        return function.grade(Scoring.prompt(completions.get(0)), completions, Deadline.in(20_000));
    }

    private static Map<String, Double> components(final Grade grade) {
        assertThat(grade).isInstanceOf(Grade.Given.class);
        return ((Grade.Given) grade).verification().components();
    }

    private static void failed(final Grade grade, final FailureReason reason, final String message) {
        assertThat(grade).isInstanceOf(Grade.Failed.class);
        assertThat(((Grade.Failed) grade).reason()).isEqualTo(reason);
        assertThat(((Grade.Failed) grade).message()).contains(message);
    }

    @Test
    void shouldCallEachStyleAsItsPeersDo() throws Exception {
        final Map<String, String> sources = Map.of(
                "easyr1 batch",
                """
                def f(reward_inputs, weight):
                    return [{"overall": len(r["response"]) * weight, "length": r["response_length"]} for r in reward_inputs]
                """,
                "easyr1 sequential",
                """
                REWARD_TYPE = "sequential"
                def f(reward_input, weight=0.25):
                    assert reward_input["ground_truth"] == "yes"
                    return {"overall": len(reward_input["response"]) * weight}
                """,
                "verl",
                """
                async def f(data_source, solution_str, ground_truth, extra_info=None, weight=0):
                    assert extra_info["question"].startswith(("a ball?", "Is there"))
                    return {"score": len(solution_str) * weight, "pred": "text"}
                """,
                "verl batch",
                """
                def f(data_sources, solution_strs, ground_truths, extra_infos, weight):
                    return [len(s) * weight for s in solution_strs]
                """,
                "trl messages",
                """
                def f(prompts, completions, solution, weight, **kwargs):
                    return [len(c[0]["content"]) * weight for c in completions]
                """,
                "trl text",
                """
                def f(completions, weight, **kwargs):
                    return [len(c.strip()) * weight for c in completions]
                """,
                "openrlhf",
                """
                def f(queries, prompts, labels, weight):
                    lengths = [(len(q) - len(p)) * weight for q, p in zip(queries, prompts)]
                    return {"rewards": lengths, "scores": [1] * len(labels), "extra_logs": {"mean": 3}}
                """,
                "slime",
                """
                async def f(args, sample):
                    return len(sample.response) * args.weight
                """);
        for (final Map.Entry<String, String> style : sources.entrySet()) {
            final PythonFunction function =
                    function(style.getValue(), Map.of("kwargs", Map.of("weight", 0.25), "components", List.of()));
            assertThat(grade(function, RIGHT, "no"))
                    .as(style.getKey())
                    .extracting(grade -> components(grade).get("score"))
                    .containsExactly(RIGHT.length() * 0.25, 0.5);
        }
    }

    @Test
    void shouldTakeWhatThePeerTrainsOnForTheScore() throws Exception {
        final PythonFunction easyr1 = function("def f(reward_input): return {'overall': 0.9, 'score': 5.0}");
        assertThat(components(grade(easyr1, RIGHT).get(0))).containsEntry("score", 0.9);
        final PythonFunction openrlhf = function(
                "def f(queries, prompts, labels): return {'rewards': [0.5] * len(queries), 'extra_logs': {'score': [7.0] * len(queries)}}");
        assertThat(components(grade(openrlhf, RIGHT).get(0))).containsEntry("score", 0.5);
        // a length is also one of messages: nobody reads them, so they are text
        final PythonFunction trl = function("def f(completions, **kw): return [float(len(c)) for c in completions]");
        assertThat(components(grade(trl, RIGHT).get(0))).containsEntry("score", (double) RIGHT.length());
        final PythonFunction asked = function(
                "def f(completions, **kw): return [float(len(c)) for c in completions]", Map.of("messages", true));
        assertThat(components(grade(asked, RIGHT).get(0))).containsEntry("score", 1.0);
    }

    @Test
    void shouldStartWhereOnlyTheSampleIsNotWhatTheFunctionExpects() throws Exception {
        final PythonFunction other = function("""
                def f(data_source, solution_str, ground_truth):
                    if data_source == "sample":
                        return None
                    return float(len(solution_str))
                """);
        assertThat(components(grade(other, "abc").get(0))).containsEntry("score", 3.0);
        final PythonFunction curious = function("""
                def f(solution_str, ground_truth, extra_info):
                    try:
                        extra_info["split"]
                    except KeyError:
                        pass
                    if ground_truth == "yes" and solution_str.startswith("<think>there"):
                        raise ValueError("no number")
                    return 2
                """);
        assertThat(components(grade(curious, "abc").get(0))).containsEntry("score", 2.0);
    }

    @Test
    void shouldLetTheFunctionBeginProcesses() throws Exception {
        final PythonFunction function = function("""
                import multiprocessing

                def length(text):
                    return len(text)

                def f(solution_str, **kw):
                    with multiprocessing.get_context("spawn").Pool(1) as pool:
                        return pool.apply(length, (solution_str,))
                """);
        assertThat(components(grade(function, "abc").get(0))).containsEntry("score", 3.0);
    }

    @Test
    void shouldStopWithoutCallingItAFailure() throws Exception {
        final PythonFunction function = function("import time\ndef f(solution_str, **kw): time.sleep(0.5); return 1");
        final var pending = CompletableFuture.supplyAsync(() -> grade(function, "a", "b", "c", "d", "e", "f"));
        Thread.sleep(200);
        function.close();
        assertThatThrownBy(pending::join).hasCauseInstanceOf(GraderClosedException.class);
        assertThatThrownBy(() -> grade(function, "a")).isInstanceOf(GraderClosedException.class);
    }

    @Test
    void shouldKeepTheLabelVerifiersComponentsBesideThoseOfTheFunction() throws Exception {
        final PythonFunction function =
                function("def f(solution_str, **kw): return {'score': True, 'format': 0.5, 'my value': 2, 'x': 'y'}");
        final Grade grade = grade(function, RIGHT).get(0);
        assertThat(components(grade))
                .containsOnly(
                        entry("score", 1.0),
                        entry("accuracy", 1.0),
                        entry("graded", 1.0),
                        entry("format", 0.5),
                        entry("my_value", 2.0));
        assertThat(((Grade.Given) grade).verification().verdict()).isEqualTo("yes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            raise ValueError('no luck')      | RAISED       | ValueError: no luck (my_reward.py, line 4)
            import sys; sys.exit(3)          | RAISED       | SystemExit: 3
            return float('nan')              | NOT_A_NUMBER | 'score' is nan
            return 10 ** 400                 | NOT_A_NUMBER | OverflowError
            return 'high'                    | NOT_A_NUMBER | 'score' is of type str
            return None                      | NO_SCORE     | returned None
            return {'scor': 1}               | NO_SCORE     | none of ('score', 'overall', 'reward')
            return {'score': None}           | NO_SCORE     | 'score' is None
            import os; os._exit(7)           | DIED         | ended with exit status 7
            import time; time.sleep(60)      | TIMEOUT      | no answer within 1000 ms
            import os; os.closerange(0, 99)  | DIED         |
            x = [0] * 10 ** 8                | MEMORY       | more than 200 MB
            """)
    void shouldSayWhyThereIsNoScoreAndGradeTheOthers(
            final String fault, final FailureReason reason, final String message) throws Exception {
        final PythonFunction function = function("""
                import time
                def f(solution_str, **kw):
                    if solution_str == "bad":
                        %s
                        time.sleep(0.5)
                    return 0.75
                """.formatted(fault), Map.of("timeout_ms", 1000, "memory_mb", 200));
        final List<Grade> grades = grade(function, "good", "bad", "good", "good");
        failed(grades.get(1), reason, message == null ? "" : message);
        for (final int i : List.of(0, 2, 3)) {
            assertThat(components(grades.get(i))).containsEntry("score", 0.75);
        }
        assertThat(components(grade(function, "again").get(0))).containsEntry("score", 0.75);
    }

    @Test
    void shouldGiveNoneOfABatchAScoreWhereTheCountIsWrong() throws Exception {
        final PythonFunction function =
                function("def f(completions, **kw): return [1.0] * (len(completions) if len(completions) < 3 else 2)");
        for (final Grade grade : grade(function, "a", "b", "c")) {
            failed(grade, FailureReason.WRONG_COUNT, "2 scores for 3 completions");
        }
        assertThat(grade(function, "a", "b"))
                .allSatisfy(grade -> assertThat(components(grade)).containsEntry("score", 1.0));
    }

    @Test
    void shouldNotMixWhatTheFunctionPrintsOrReadsWithItsAnswers() throws Exception {
        final PythonFunction function = function("""
                import os, sys
                def f(solution_str, **kw):
                    print("x" * 100_000)
                    os.write(1, b"\\x00\\x00\\x00\\x02{}")
                    assert sys.stdin.read() == ""
                    if os.fork() == 0:
                        return 99
                    return len(solution_str)
                """);
        assertThat(grade(function, "a", "bb", "ccc"))
                .extracting(grade -> components(grade).get("score"))
                .containsExactly(1.0, 2.0, 3.0);
    }

    @Test
    void shouldLoseAndDoubleNothingWhileProcessesAreKilled() throws Exception {
        final PythonFunction function = function("""
                import os, time
                def f(solution_str, **kw):
                    time.sleep(0.005)
                    return {"score": int(solution_str), "pid": os.getpid()}
                """);
        for (int round = 0; round < 10; round++) {
            final int first = round * 20;
            final String[] texts =
                    IntStream.range(first, first + 20).mapToObj(String::valueOf).toArray(String[]::new);
            final List<Grade> grades = grade(function, texts);
            final List<Long> pids = new ArrayList<>();
            for (int i = 0; i < grades.size(); i++) {
                if (grades.get(i) instanceof Grade.Given given) {
                    assertThat(given.verification().components()).containsEntry("score", (double) (first + i));
                    pids.add(given.verification().components().get("pid").longValue());
                } else {
                    failed(grades.get(i), FailureReason.DIED, "137");
                }
            }
            assertThat(pids).hasSizeGreaterThanOrEqualTo(10);
            ProcessHandle.of(pids.get(pids.size() - 1)).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            def g(solution_str): return 1                       | it has no function 'f', only ['g']
            def f(x, y): return 1                               | the parameters ['x', 'y'] are of no known style
            def f(solution_str, tokenizer): return 1            | missing 1 required positional argument: 'tokenizer'
            def f(reward_input): return reward_input['problem'] | it reads ['problem'], which is not given; given are
            import no_such_module                               | No module named 'no_such_module'
            def f(solution_str) return 1                        | SyntaxError
            def f(completions): return 1.0                      | 0 scores for 1 completions
            def f(solution_str): return {'score': 1, 'f1-score': 2} | but components also names ['f1-score']
            """)
    void shouldSayAtTheStartWhatAFunctionMisses(final String source, final String message) {
        final Map<String, Object> more = source.contains("f1-") ? Map.of("components", List.of("f1-score")) : Map.of();
        assertThatThrownBy(() -> function(source, more))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("wrong setting: reward.functions: f of ")
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseWrongEntries() throws Exception {
        assertThatThrownBy(() -> function("", Map.of("worker", 3)))
                .hasMessageStartingWith("reward.functions: unknown key 'worker'; allowed here: [as, components, file,");
        assertThatThrownBy(() -> function("", Map.of("style", "ppo"))).hasMessageContaining("style is 'ppo'");
        assertThatThrownBy(() -> function("", Map.of("file", "none.py"))).hasMessageContaining("no file none.py");
        assertThatThrownBy(() -> function("def f(solution_str): return 1", Map.of("python", "no-python")))
                .hasMessageContaining("the interpreter 'no-python' cannot be started");
    }
}
