package org.mtrljudge.reward.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.GraderClosedException;

/** Functions in Python that raise, hang, die or answer nonsense: nothing that they do becomes a score that they did not give. */
class PythonFaultsTest extends PythonFunctions {
    @Test
    void shouldStopWithoutCallingItAFailure() throws Exception {
        final PythonFunction function = function("import time\ndef f(solution_str, **kw): time.sleep(0.5); return 1");
        final var pending = CompletableFuture.supplyAsync(() -> grade(function, "a", "b", "c", "d", "e", "f"));
        Thread.sleep(200);
        function.close();
        assertThatThrownBy(pending::join).hasCauseInstanceOf(GraderClosedException.class);
        assertThatThrownBy(() -> grade(function, "a")).isInstanceOf(GraderClosedException.class);
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
            import time; time.sleep(60)      | TIMEOUT      | no answer within 2000 ms
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
                """.formatted(fault), Map.of("timeout_ms", 2000, "memory_mb", 200));
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
    void shouldOutliveAGigabyteOfOutput() throws Exception {
        final PythonFunction function = function("""
                import sys
                def f(solution_str, **kw):
                    for i in range(1024 if solution_str == "much" else 0):
                        sys.stdout.write("x" * (1 << 20))
                    print()
                    return len(solution_str)
                """, Map.of("timeout_ms", 60_000));
        assertThat(components(grade(function, "much").get(0))).containsEntry("score", 4.0);
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
}
