package org.mtrljudge.reward.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Sha256;

/** Functions in Python: what they are given, what counts as a score, and what is said at the start. */
class PythonFunctionTest extends PythonFunctions {
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
    void shouldGivePicturesAsBytesOrByPath() throws Exception {
        final String source = """
                def f(reward_input):
                    images = reward_input["images"]
                    if not images:
                        return -1
                    return len(images[0]) if isinstance(images[0], bytes) else 10 * len(open(images[0], "rb").read())
                """;
        final byte[] picture = {1, 2, 3};
        Files.write(folder.resolve("a.png"), picture);
        final String digest = Sha256.of(ByteBuffer.wrap(picture));
        final ImageRef inline = new ImageRef(digest, null, ByteBuffer.wrap(picture));
        final ImageRef file = new ImageRef(digest, "a.png", null);
        assertThat(scoreWith(function(source, Map.of("images", "bytes")), inline))
                .isEqualTo(3);
        assertThat(scoreWith(function(source, Map.of("images", "bytes")), file)).isEqualTo(3);
        assertThat(scoreWith(function(source, Map.of("images", "path")), file)).isEqualTo(30);
        assertThat(scoreWith(function(source, Map.of()), file)).isEqualTo(-1);
        final PythonFunction byPath = function(source, Map.of("images", "path"));
        assertThatThrownBy(() -> scoreWith(byPath, inline)).hasMessageContaining("is in the log and has no path");
        assertThatThrownBy(() -> scoreWith(byPath, new ImageRef(digest, "../a.png", null)))
                .hasMessageContaining("is outside the data root");
    }

    private static double scoreWith(final PythonFunction function, final ImageRef image) {
        final PromptRequest prompt = Scoring.prompt(judged(RIGHT));
        prompt.put("images", List.of(image));
        return components(function.grade(prompt, List.of(judged(RIGHT)), Deadline.in(20_000))
                        .get(0))
                .get("score");
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
