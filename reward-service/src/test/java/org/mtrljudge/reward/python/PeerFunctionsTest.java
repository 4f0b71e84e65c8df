package org.mtrljudge.reward.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/**
 * The example reward functions of peers, as they are, give the numbers of plain Python to the bit. The files are not ours: docs/rewards.md says
 * how the folder {@code PEER_REWARDS} is made, without which there is nothing to test. {@code PEER_PYTHON} is a Python with what they import.
 */
class PeerFunctionsTest {
    private static final int GROUPS = 1250;
    private static final int GROUP = 8;

    @TempDir
    private Path folder;

    private Path peers;
    private final String python = System.getenv().getOrDefault("PEER_PYTHON", "python3");
    private final List<List<Judged>> groups = new ArrayList<>();
    private Path lines;

    @BeforeEach
    void makeCompletions() throws Exception {
        final String files = System.getenv("PEER_REWARDS");
        assumeTrue(files != null, "PEER_REWARDS names no folder");
        peers = Path.of(files);
        final Random random = new Random(1);
        final List<String> written = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            final String reference = String.valueOf(random.nextInt(20));
            final List<Judged> group = new ArrayList<>();
            for (int c = 0; c < GROUP; c++) {
                final Judged completion = new Judged(
                        "math", reference, Label.of(reference), text(random), true, 10 + random.nextInt(500));
                group.add(completion);
                written.add(Mappers.JSON.writeValueAsString(Map.of(
                        "prompt",
                        "a ball?",
                        "text",
                        completion.text(),
                        "reference",
                        reference,
                        "tokens",
                        completion.tokens())));
            }
            groups.add(group);
        }
        lines = Files.write(folder.resolve("completions.jsonl"), written);
    }

    /** Answers in the forms that the functions look for, and in forms that they do not. */
    private static String text(final Random random) {
        final String number =
                random.nextInt(4) == 0 ? "1/" + (1 + random.nextInt(5)) : String.valueOf(random.nextInt(20));
        final String thoughts = "<think>" + "so it is ".repeat(random.nextInt(20)) + "</think>";
        return switch (random.nextInt(7)) {
            case 0 -> thoughts + "<answer>" + number + "</answer>";
            case 1 -> thoughts + "\n\\boxed{" + number + "}";
            case 2 -> "it follows\n#### " + number;
            case 3 -> "Answer: " + number + "\nAnswer: $" + number + "$";
            case 4 -> thoughts + thoughts + "\\boxed{\\frac{" + number + "}{3}} é 漢 \\n";
            case 5 -> "";
            default -> number + " <answer> " + number + " </answer> <answer>7</answer>";
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            easyr1_r1v.py     | compute_score       | easyr1-sequential | {}
            easyr1_math.py    | compute_score       | easyr1-batch      | {}
            easyr1_dapo.py    | compute_score       | easyr1-batch      | {"max_response_length": 400, "overlong_buffer_length": 97, "overlong_penalty_factor": 0.7}
            verl_gsm8k.py     | compute_score       | verl              | {"format_score": 0.1}
            verl_math_dapo.py | compute_score       | verl              | {}
            trl_format.py     | think_format_reward | trl               | {}
            openrlhf_math.py  | reward_func         | openrlhf          | {}
            """)
    void shouldGiveTheNumbersOfPlainPython(
            final String file, final String name, final String style, final String kwargs) throws Exception {
        final Path path = peers.resolve(file);
        final Map<String, Object> entry = new HashMap<>(Map.of(
                "file",
                path.toString(),
                "name",
                name,
                "python",
                python,
                "timeout_ms",
                60_000,
                "kwargs",
                Mappers.JSON.readValue(kwargs, Map.class)));
        final List<Double> ours = new ArrayList<>();
        final PythonFunction function = new PythonFunction(FunctionSettings.of(entry), new ImageStore(folder));
        function.open();
        try {
            for (final List<Judged> group : groups) {
                for (final Grade grade : function.grade(Scoring.prompt(group.get(0)), group, Deadline.in(120_000))) {
                    assertThat(grade).isInstanceOf(Grade.Given.class);
                    ours.add(((Grade.Given) grade).verification().components().get("score"));
                }
            }
        } finally {
            function.close();
        }
        assertThat(ours).isEqualTo(plain(path, name, style, kwargs)).hasSize(GROUPS * GROUP);
        assertThat(ours.stream().distinct().count()).isGreaterThan(1);
    }

    private List<Double> plain(final Path file, final String name, final String style, final String kwargs)
            throws Exception {
        final Process process = new ProcessBuilder(
                        python, "src/dev/peer_functions.py", file.toString(), name, style, lines.toString(), kwargs)
                .redirectError(folder.resolve("stderr").toFile())
                .start();
        final JsonNode said =
                Mappers.JSON.readTree(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertThat(process.waitFor())
                .as(Files.readString(folder.resolve("stderr")))
                .isZero();
        final List<Double> scores = new ArrayList<>();
        said.forEach(score -> scores.add(score.asDouble()));
        return scores;
    }
}
