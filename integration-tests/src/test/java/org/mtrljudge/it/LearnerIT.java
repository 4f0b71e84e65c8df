package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mtrljudge.it.LearnerRun.BATCH;
import static org.mtrljudge.it.LearnerRun.STEPS;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.schemas.TrainingStep;

/** The learner with answers that come late, twice, never, or in an unexpected form. */
@Timeout(180)
class LearnerIT {
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
    void shouldSortAnswersIntoLearnedStaleAndDeadAndDropDuplicates() throws Exception {
        final Warnings warnings = new Warnings();
        final TrainingResult result;
        final Answers answers = run.answers();
        try (answers) {
            answers.start();
            result = run.train(warnings, () -> {});
        }

        assertThat(result.groups().learned()).isEqualTo(STEPS * BATCH);
        assertThat(result.groups().stale()).isEqualTo(answers.old.size()).isPositive();
        assertThat(result.groups().dead()).isEqualTo(answers.dead.size()).isPositive();
        assertThat(result.groups().published())
                .isEqualTo(result.groups().scored())
                .isEqualTo(STEPS * BATCH + answers.old.size() + answers.dead.size());
        assertThat(warnings.metrics.get(STEPS).get("fully_async/count/duplicate_samples"))
                .as("second answers")
                .isPositive();
        assertThat(warnings.said)
                .filteredOn(w -> w.contains("became a dead letter"))
                .hasSameSizeAs(answers.dead);
        assertThat(warnings.metrics.values())
                .allSatisfy(step -> assertThat(step.get("staleness/max")).isLessThanOrEqualTo(1));
        final List<String> learned = new ArrayList<>();
        final List<String> stale = new ArrayList<>();
        for (final TrainingStep step : answers.journal) {
            step.getLearned().forEach(l -> learned.add(l.getPromptId()));
            stale.addAll(step.getStale());
        }
        assertThat(learned).hasSize(STEPS * BATCH).doesNotHaveDuplicates();
        assertThat(answers.old).containsAll(stale);
    }

    @Test
    void shouldNameTheServiceThatIsStalled() {
        final Warnings warnings = new Warnings();
        final Runnable givesUpOnceWarned = () -> {
            if (!warnings.said.isEmpty()) {
                throw new IllegalStateException("seen enough");
            }
        };
        assertThatThrownBy(() -> run.train(warnings, givesUpOnceWarned)).hasMessage("seen enough");
        assertThat(warnings.said.get(0)).contains("8 prompts are unanswered: the actors are stalled");
    }
}
