package org.mtrljudge.learner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.prompts.PromptSchedule;
import org.mtrljudge.settings.io.Mappers;

class TrainingCheckpointsTest {
    @TempDir
    private Path folder;

    private static void write(final Path checkpoint, final String name, final Supplier<byte[]> state) {
        try {
            Files.createDirectories(checkpoint);
            Files.write(checkpoint.resolve(name), state.get());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldReadTheStateThatItWrote() {
        final TrainingCheckpoints checkpoints = new TrainingCheckpoints(folder, 2);
        final LearnerState state = LearnerState.fresh("digest of settings")
                .forked("digest of the fork", 4, PromptSchedule.Position.START, List.of());
        checkpoints.save(TrainingCheckpointsTest::write, Stage.RL, 4, () -> state);
        assertThat(TrainingCheckpoints.state(checkpoints.newest().orElseThrow()))
                .isEqualTo(state);
    }

    @Test
    void shouldDeleteTheLeftoversOfAKilledProcessOnceAndNothingElse() throws IOException {
        final Path unfinished = Files.createDirectories(folder.resolve("global_step_3.unfinished"));
        Files.writeString(unfinished.resolve("model.safetensors"), "half");
        final Path begunToDelete = Files.createDirectories(folder.resolve("global_step_1"));
        Files.writeString(begunToDelete.resolve("model.safetensors"), "whole");
        final Path best = Files.createDirectories(folder.resolve("rl"));
        final TrainingCheckpoints checkpoints = new TrainingCheckpoints(folder, 2);
        final LearnerState state = LearnerState.fresh("digest of settings")
                .forked("digest of the fork", 4, PromptSchedule.Position.START, List.of());
        checkpoints.save(TrainingCheckpointsTest::write, Stage.RL, 4, () -> state);
        assertThat(unfinished).doesNotExist();
        assertThat(begunToDelete).doesNotExist();
        assertThat(best).exists();
        assertThat(checkpoints.newest()).isPresent();

        // from then on, such a folder can belong to a learner that has taken over
        Files.createDirectories(unfinished);
        checkpoints.save(TrainingCheckpointsTest::write, Stage.RL, 4, () -> state);
        assertThat(unfinished).exists();
    }

    @Test
    void shouldReadTheOffsetsOfEarlierBuildsWhoseTopicsHadOnePartition() throws IOException {
        final LearnerState state = LearnerState.fresh("digest of settings");
        final ObjectNode json = Mappers.JSON.valueToTree(state);
        json.putObject("offsets")
                .put("run.scored", 12)
                .putArray("run.rollouts")
                .add(3)
                .add(4);
        final LearnerState read = Mappers.JSON.treeToValue(json, LearnerState.class);
        assertThat(read.offsets("run.scored")).containsExactly(12L);
        assertThat(read.offsets("run.rollouts")).containsExactly(3L, 4L);
        assertThat(read.offsets("run.journal")).isEmpty();
    }

    @Test
    void shouldNotLeaveACheckpointWhoseStepIsNotInTheLog() {
        final TrainingCheckpoints checkpoints = new TrainingCheckpoints(folder, 2);
        final LearnerException notWritten = new LearnerException("another learner has taken over");
        assertThatThrownBy(() -> checkpoints.save(TrainingCheckpointsTest::write, Stage.RL, 4, () -> {
                    throw notWritten;
                }))
                .isSameAs(notWritten);
        assertThat(checkpoints.newest()).isEmpty();
    }
}
