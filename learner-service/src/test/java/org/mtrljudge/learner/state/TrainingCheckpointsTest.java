package org.mtrljudge.learner.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.prompts.PromptSchedule;

class TrainingCheckpointsTest {
    @TempDir
    private Path folder;

    private static void write(final Path checkpoint, final String name, final byte[] state) {
        try {
            Files.createDirectories(checkpoint);
            Files.write(checkpoint.resolve(name), state);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldReadTheStateThatItWrote() {
        final TrainingCheckpoints checkpoints = new TrainingCheckpoints(folder, 2);
        final LearnerState state = LearnerState.fresh("digest of settings")
                .forked("digest of the fork", 4, PromptSchedule.Position.START, List.of());
        checkpoints.save(TrainingCheckpointsTest::write, state);
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
        checkpoints.save(TrainingCheckpointsTest::write, state);
        assertThat(unfinished).doesNotExist();
        assertThat(begunToDelete).doesNotExist();
        assertThat(best).exists();
        assertThat(checkpoints.newest()).isPresent();

        // from then on, such a folder can belong to a learner that has taken over
        Files.createDirectories(unfinished);
        checkpoints.save(TrainingCheckpointsTest::write, state);
        assertThat(unfinished).exists();
    }
}
