package org.mtrljudge.reward.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** The servers of peers themselves, where one is running: without {@code NEMO_GYM_MCQA}, its address, there is nothing to test. */
class PeerServersTest {
    @Test
    void shouldBeGradedByNemoGymsMultipleChoice() {
        final String url = System.getenv("NEMO_GYM_MCQA");
        assumeTrue(url != null, "NEMO_GYM_MCQA names no server");
        final RewardServer server = new RewardServer(
                ServerSettings.of(Map.of(
                        "url",
                        url,
                        "style",
                        "nemo_gym",
                        "columns",
                        Map.of("options", List.of(Map.of("A", "cat"), Map.of("B", "dog"))))),
                new ImageStore(Path.of("")));
        final List<Judged> completions = new ArrayList<>();
        final List<Double> right = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            final String said = List.of("A", "B", "C").get(i * 7 % 3);
            completions.add(new Judged(
                    "mcqa", "A", Label.of("A", "B"), "<think>é 漢 " + i + "</think> \\boxed{" + said + "}", true, 9));
            right.add(said.equals("A") ? 1.0 : 0.0);
        }
        assertThat(server.grade(Scoring.prompt(completions.get(0)), completions, Deadline.in(60_000)))
                .extracting(grade ->
                        ((Grade.Given) grade).verification().components().get("score"))
                .isEqualTo(right);
    }
}
