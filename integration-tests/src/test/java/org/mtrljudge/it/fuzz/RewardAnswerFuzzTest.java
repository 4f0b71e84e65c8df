package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.mtrljudge.it.RolloutGroups;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.http.RewardServer;
import org.mtrljudge.reward.http.ServerSettings;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** Whatever a reward server or a judge answers, each completion has finite components or a failed score with a reason. */
class RewardAnswerFuzzTest {
    private static final List<Judged> COMPLETIONS = Stream.of("<answer>yes</answer>", "no")
            .map(text -> new Judged("task", "yes", Label.of("yes", "no"), text, true, 4))
            .toList();
    private static final CannedServer SERVER = new CannedServer();
    private static final List<RewardServer> STYLES = Stream.of(
                    "openrlhf", "slime", "nemo_gym", "verl_classify", "openai_judge")
            .map(RewardAnswerFuzzTest::style)
            .toList();

    private static RewardServer style(final String style) {
        final Map<String, Object> entry =
                new HashMap<>(Map.of("url", SERVER.url(), "style", style, "timeout_ms", 60_000, "concurrency", 1));
        if (style.startsWith("verl") || style.startsWith("openai")) {
            entry.put("model", "model");
        }
        final RewardServer server = new RewardServer(ServerSettings.of(entry), new ImageStore(Path.of("unused")));
        server.open();
        return server;
    }

    /** @param bytes the first says which style, the others are the answer */
    @FuzzTest(maxDuration = "")
    void shouldGradeOrRefuseAnyAnswer(final byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        final RewardServer grader = STYLES.get((bytes[0] & 0xff) % STYLES.size());
        final List<Grade> grades;
        try (var allowed = SERVER.answering(Arrays.copyOfRange(bytes, 1, bytes.length))) {
            grades = grader.grade(RolloutGroups.prompt("p", "task", 2), COMPLETIONS, Deadline.in(60_000));
        }
        assertThat(grades).hasSize(COMPLETIONS.size()).allSatisfy(grade -> {
            if (grade instanceof Grade.Given given) {
                assertThat(given.verification().components())
                        .containsKeys("score", "accuracy")
                        .allSatisfy((name, value) -> assertThat(value).isFinite())
                        .allSatisfy((name, value) -> assertThat(name).matches("[A-Za-z0-9_]*"));
            } else {
                assertThat(((Grade.Failed) grade).message()).isNotBlank().hasSizeLessThan(2000);
            }
        });
    }
}
