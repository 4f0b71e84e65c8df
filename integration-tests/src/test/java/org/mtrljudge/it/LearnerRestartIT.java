package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.LearnerRun.BATCH;
import static org.mtrljudge.it.LearnerRun.STEPS;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.TrainingStep;

/** A learner that is started again after it ended at any point, with answers that come late, twice, or never. */
@Timeout(180)
class LearnerRestartIT {
    @TempDir
    private Path folder;

    private LearnerRun run;

    @BeforeEach
    void start() {
        run = new LearnerRun(folder);
    }

    @AfterEach
    void stop() throws Exception {
        run.close();
    }

    @Test
    void shouldContinueAfterARestartWithoutAskingOrLearningAnythingTwice() throws Exception {
        final Warnings warnings = new Warnings();
        final TrainingResult result;
        final Answers answers = run.answers();
        try (answers) {
            answers.start();
            // Each life ends at another point: while the learner tests, asks, learns or has published.
            for (int life = 1; life <= 4; life++) {
                final AtomicInteger checks = new AtomicInteger(3 * life);
                try {
                    run.train(warnings, () -> {
                        if (checks.decrementAndGet() < 0) {
                            throw new IllegalStateException("killed");
                        }
                    });
                } catch (final IllegalStateException killed) {
                    assertThat(killed).hasMessage("killed");
                }
            }
            result = run.train(warnings, () -> {});
        }

        final List<String> asked = LoggedValues.read(run.broker(), run.topics().prompts()).stream()
                .map(PromptRequest::getPromptId)
                .toList();
        assertThat(asked).doesNotHaveDuplicates();
        final List<TrainingStep> journal =
                LoggedValues.read(run.broker(), run.topics().journal());
        assertThat(journal).extracting(TrainingStep::getPolicyVersion).containsExactly(0, 1, 2, 3);
        final List<String> learned = new ArrayList<>();
        final List<String> stale = new ArrayList<>();
        for (final TrainingStep step : journal) {
            step.getLearned().forEach(l -> learned.add(l.getPromptId()));
            stale.addAll(step.getStale());
        }
        assertThat(learned).hasSize(STEPS * BATCH).doesNotHaveDuplicates();
        assertThat(stale).doesNotHaveDuplicates().doesNotContainAnyElementsOf(learned);
        assertThat(result.groups().learned()).isEqualTo(STEPS * BATCH);
        assertThat(result.groups().published())
                .as("asked = learned + stale + dead, over all lives")
                .isEqualTo(asked.stream().filter(id -> id.startsWith("train-")).count())
                .isEqualTo(result.groups().scored())
                .isEqualTo(result.groups().learned()
                        + result.groups().stale()
                        + result.groups().dead());
        assertThat(result.groups().stale()).isEqualTo(answers.old.size());
        assertThat(result.groups().dead()).isEqualTo(answers.dead.size());
        assertThat(warnings.said).noneMatch(w -> w.contains("computed again"));
    }

    @Test
    void shouldWarnThatARepeatedStepDiffersAndPublishItAsANewVersion() throws Exception {
        final Warnings warnings = new Warnings();
        final Answers answers = run.answers();
        try (answers) {
            answers.start();
            run.train(warnings, () -> {});
            final Path checkpoints = run.checkpoints();
            // Without this file, step 3 is learned again from step 2.
            Files.delete(checkpoints.resolve("global_step_3").resolve("learner.json"));
            final Path moments = checkpoints.resolve("global_step_2").resolve("optimizer.safetensors");
            final byte[] other = Files.readAllBytes(moments);
            // The moments differ, as if another machine had computed them.
            Arrays.fill(other, other.length / 2, other.length / 2 + 4096, (byte) 0);
            Files.write(moments, other);
            run.train(warnings, () -> {});
        }
        assertThat(warnings.said)
                .anyMatch(w -> w.contains("rl 3 was computed again and gave other weights than version 3"));
        final List<TrainingStep> journal =
                LoggedValues.read(run.broker(), run.topics().journal());
        assertThat(journal).extracting(TrainingStep::getPhase).containsExactly("init", "rl", "rl", "rl", "resumed");
        assertThat(journal.get(4).getPolicyVersion()).isEqualTo(4);
        assertThat(journal.get(4).getWeightDigest()).isNotEqualTo(journal.get(3).getWeightDigest());
    }
}
