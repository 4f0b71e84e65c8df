package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.report.MetricsLog;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.TrainingCheckpoints;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.experiment.CellSettings;
import org.mtrljudge.standalone.experiment.ExperimentRuns;
import org.mtrljudge.standalone.experiment.report.Preset;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.score.Question;

/** The files that a command reads from the folder of a run are read, or refused with the name of the file. */
class RunFolderFuzzTest {
    @TempDir
    static Path folder;

    private static ExperimentRuns experiment;

    @BeforeAll
    static void anExperiment() {
        experiment = new ExperimentRuns(
                new CellSettings(Preset.named("small").with(List.of("data.train_size=4", "data.test_size=2")), folder));
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseTheStateOfALearner(final byte[] bytes) throws IOException {
        final Path checkpoint = Files.createDirectories(folder.resolve("global_step_2"));
        Files.write(checkpoint.resolve("learner.json"), bytes);
        final LearnerState state;
        try {
            state = TrainingCheckpoints.state(
                    new TrainingCheckpoints(folder, 1).newest().orElseThrow());
        } catch (final LearnerException e) {
            assertThat(e).hasMessageContaining("learner.json");
            return;
        }
        assertThat(state.prompts().open()).isNotNull();
        assertThat(state.toString()).doesNotContain("stage=null", "counts=null", "schedule=null", "place=null");
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseMetrics(final byte[] bytes) throws IOException {
        final Path file = Files.write(folder.resolve("metrics.jsonl"), bytes);
        try {
            assertThat(new MetricsLog(file, new TrainingListener() {}).rlSteps())
                    .doesNotContainValue(null);
        } catch (final UncheckedIOException e) {
            assertThat(e).hasMessageContaining("metrics.jsonl");
        }
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseTheOriginOfARun(final byte[] bytes) throws IOException {
        Files.createDirectories(folder.resolve("run"));
        Files.write(folder.resolve("run/origin.json"), bytes);
        try {
            assertThat(RunDirectory.open(folder, "run").origin()).isNotNull();
        } catch (final UsageException e) {
            assertThat(e).hasMessageContaining("origin.json");
        }
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseQuestions(final byte[] bytes) throws IOException {
        final Path file = Files.write(folder.resolve("questions.jsonl"), bytes);
        final List<Question> questions = new ArrayList<>();
        try {
            Question.readAll(file, questions::add);
        } catch (final UsageException e) {
            assertThat(e).hasMessageContaining("questions.jsonl");
        }
        assertThat(questions).noneMatch(question -> question.images().contains(null));
    }

    @FuzzTest(maxDuration = "")
    void shouldReportOrRefuseTheFiguresOfAnExperiment(final byte[] bytes) throws IOException {
        final Path run = folder.resolve(experiment.cells().get(1).name());
        Files.createDirectories(run);
        Files.write(run.resolve("figures.json"), bytes);
        try {
            assertThat(experiment.report(experiment.done()).toTable()).isNotBlank();
        } catch (final RunException e) {
            assertThat(e).hasMessageContaining("figures.json");
        }
    }
}
