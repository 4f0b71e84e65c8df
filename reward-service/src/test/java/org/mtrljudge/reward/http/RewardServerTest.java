package org.mtrljudge.reward.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** What reward servers are sent, and how their answers are read. */
class RewardServerTest extends RewardServers {
    private static String choice(final String said) throws IOException {
        return Mappers.JSON.writeValueAsString(Map.of("choices", List.of(Map.of("message", Map.of("content", said)))));
    }

    @Test
    void shouldSpeakOpenRlhf() {
        reply = request ->
                "{\"rewards\": [0.5, -1], \"scores\": [1, 0], \"extra_logs\": {\"len\": [3, 4], \"score\": [9, 9], \"mean\": 2}}";
        final List<Grade> grades = grade(grader("/reward", "openrlhf", Map.of()), RIGHT, "no");
        assertThat(grades).extracting(RewardServers::score).containsExactly(0.5, -1.0);
        assertThat(((Grade.Given) grades.get(1)).verification().components())
                .containsEntry("scores", 0.0)
                .containsEntry("len", 4.0)
                .containsEntry("accuracy", 0.0)
                .doesNotContainKey("mean");
        assertThat(requests.peek().toString())
                .isEqualTo("{\"query\":[\"a ball?" + RIGHT + "\",\"a ball?no\"],\"prompts\":[\"a ball?\",\"a ball?\"],"
                        + "\"labels\":[\"yes\",\"yes\"]}");
        reply = request -> "{\"rewards\": [0.5, -1, 7]}";
        failed(
                grade(grader("/reward", "openrlhf", Map.of()), RIGHT, "no").get(0),
                FailureReason.WRONG_COUNT,
                "gave 3 rewards for 2 completions");
    }

    @Test
    void shouldSpeakSlimeNemoGymAndVerl() {
        reply = request -> request.path("response").asText().length() + ".5";
        assertThat(grade(grader("/reward", "slime", Map.of()), "four", "no"))
                .extracting(RewardServers::score)
                .containsExactly(4.5, 2.5);
        reply = request -> "{\"reward\": 0.25, \"reward_components\": {\"style\": 2, \"why\": \"text\"}}";
        final Grade nemo = grade(
                        grader(
                                "/reward",
                                "nemo-gym",
                                Map.of("columns", Map.of("options", List.of(Map.of("A", "yes"))))),
                        RIGHT)
                .get(0);
        assertThat(requests.stream().filter(request -> request.has("options")))
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.path("expected_answer").asText()).isEqualTo("yes");
                    assertThat(request.path("options").path(0).path("A").asText())
                            .isEqualTo("yes");
                });
        assertThat(score(nemo)).isEqualTo(0.25);
        assertThat(((Grade.Given) nemo).verification().components()).containsEntry("style", 2.0);
        reply = request -> "{\"reward\": 0.0, \"_ng_failure_class\": \"judge_timeout\"}";
        failed(
                grade(grader("/reward", "nemo_gym", Map.of()), RIGHT).get(0),
                FailureReason.NO_SCORE,
                "says that it failed: judge_timeout");
        reply = request -> request.path("activation").asBoolean(true)
                ? "{}"
                : "{\"data\": [{\"probs\": [0.9]}, {\"probs\": [0.2, 0.8]}]}";
        assertThat(score(grade(grader("/reward", "verl_classify", Map.of("model", "rm")), RIGHT)
                        .get(0)))
                .isEqualTo(0.8);
    }

    @Test
    void shouldAskAJudgeSeveralTimesAndKeepWhatItSaid() {
        final AtomicInteger calls = new AtomicInteger();
        reply = request ->
                choice("It is fine. Score: 1. No, score: " + List.of(4, 2, 4).get(calls.getAndIncrement() % 3));
        final Map<String, Object> judge = Map.of("samples", 3, "temperature", 0.7, "aggregate", "majority");
        final Grade grade = grade(
                        grader("/reward", "openai_judge", Map.of("model", "big", "judge", judge, "concurrency", 1)),
                        RIGHT)
                .get(0);
        assertThat(score(grade)).isEqualTo(4);
        assertThat(((Grade.Given) grade).verification().said())
                .hasSize(3)
                .allMatch(said -> said.startsWith("It is fine. Score: 1."));
        assertThat(requests.peek().path("messages").path(0).path("content").asText())
                .contains("Question:\na ball?", "Right verdict: yes", "Answer:\n" + RIGHT)
                .endsWith("to 5 (good).");
    }

    @Test
    void shouldReadWhatAJudgeSaidWithoutAskingIt() {
        final Map<String, Object> judge = Map.of("samples", 2, "temperature", 1, "pattern", "grade (\\d)");
        final RewardServer asking = grader("/reward", "openai_judge", Map.of("model", "big", "judge", judge));
        final Map<String, List<@Nullable List<String>>> said = Map.of(
                "p",
                Arrays.asList(
                        List.of("Score: 1, grade 4", "grade 5"), null, List.of("grade 3"), List.of("grade 1", "none")));
        final Grader kept = asking.reading(promptId -> said.getOrDefault(promptId, List.of()));
        assertThat(kept.terms().measures()).as("a function of the log").isFalse();
        assertThat(kept.terms().components()).isEqualTo(asking.terms().components());
        final List<Grade> grades = grade(kept, RIGHT, RIGHT, RIGHT, RIGHT);
        assertThat(score(grades.get(0))).as("with the pattern of now").isEqualTo(4.5);
        assertThat(((Grade.Given) grades.get(0)).verification().said()).hasSize(2);
        failed(grades.get(1), FailureReason.NO_SCORE, "nothing is kept");
        failed(grades.get(2), FailureReason.WRONG_COUNT, "said 1 texts, but 1 criteria with 2 samples need 2");
        failed(grades.get(3), FailureReason.NO_SCORE, "said nothing that pattern finds");
        failed(grade(kept, RIGHT).get(0), FailureReason.NO_SCORE, "nothing is kept");
        assertThat(requests).isEmpty();
    }

    @Test
    void shouldTakeNoNumberOfAJudgeForAScoreThatIsNone() {
        final RewardServer grader = grader("/reward", "openai_judge", Map.of("model", "big"));
        reply = request -> choice("**Score:** 4");
        assertThat(score(grade(grader, RIGHT).get(0))).isEqualTo(4);
        reply = request -> choice("Score: 2024");
        failed(grade(grader, RIGHT).get(0), FailureReason.NO_SCORE, "said 2024, which is not between 1.0 and 5.0");
        reply = request -> choice("I would not say.");
        failed(grade(grader, RIGHT).get(0), FailureReason.NO_SCORE, "said nothing that pattern finds");
        reply = request -> "{\"choices\": [{\"finish_reason\": \"length\", \"message\": {\"content\": \"Score: 1\"}}]}";
        failed(grade(grader, RIGHT).get(0), FailureReason.GARBLED, "raise judge.max_tokens");
    }

    @Test
    void shouldAskEachCriterionOfARubricWithThePictures() throws IOException {
        final byte[] picture = {(byte) 0xff, (byte) 0xd8, 7};
        reply = request -> choice("Score: " + (request.toString().contains("Is it kind?") ? 5 : 2) + (char) 10);
        final Map<String, Object> judge = Map.of(
                "criteria",
                List.of(
                        Map.of("name", "kind", "question", "Is it kind?", "weight", 3),
                        Map.of("name", "right", "question", "Is it right?")));
        final RewardServer grader = grader("/reward", "openai-judge", Map.of("model", "big", "judge", judge));
        final Judged completion = new Judged("alignment", "yes", Label.of("yes", "no"), "{{ reference }}", true, 9);
        final PromptRequest prompt = Scoring.prompt(completion);
        prompt.put(
                "images", List.of(new ImageRef(Sha256.of(ByteBuffer.wrap(picture)), null, ByteBuffer.wrap(picture))));
        final Grade grade =
                grader.grade(prompt, List.of(completion), Deadline.in(10_000)).get(0);
        assertThat(((Grade.Given) grade).verification().components())
                .containsEntry("kind", 5.0)
                .containsEntry("right", 2.0)
                .containsEntry("score", (3 * 5 + 2) / 4.0);
        assertThat(requests).hasSize(2).allSatisfy(request -> {
            final JsonNode content = request.path("messages").path(0).path("content");
            assertThat(content.path(0).path("image_url").path("url").asText()).isEqualTo("data:image/jpeg;base64,/9gH");
            assertThat(content.path(1).path("text").asText()).contains("Answer:\n{{ reference }}");
        });
    }
}
