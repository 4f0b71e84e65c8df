package org.mtrljudge.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.pretraining.Corpus;

class PretrainingTest {
    private static final List<Pretraining.Stage> STAGES = List.of(
            new Pretraining.Stage("see", 3, 1e-3, new Corpus.Shares(0.5, 0, 0)),
            new Pretraining.Stage("instruct", 2, 1e-3, new Corpus.Shares(0, 1, 0.1)));

    @TempDir
    private Path folder;

    /** Ends the training where a kill would, at a step of a stage. */
    private static TrainingListener endingAt(final String stage, final int step, final List<String> seen) {
        return new TrainingListener() {
            @Override
            public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
                seen.add(phase + " " + done);
                if (phase.equals(stage) && done == step) {
                    throw new IllegalStateException("killed");
                }
            }
        };
    }

    private byte[] weights(final Path out) throws IOException {
        return Files.readAllBytes(out.resolve("model.safetensors"));
    }

    private void train(final long seed, final Path out, final TrainingListener listener) {
        new Pretraining(new Pretraining.Plan(seed, null, 2, STAGES), 1, listener).run(out);
    }

    @Test
    void shouldComeToTheSameWeightsAfterInterruptionsInBothStages() throws IOException {
        final Path whole = folder.resolve("whole");
        train(1, whole, new TrainingListener() {});
        final Path out = folder.resolve("interrupted");
        final List<String> seen = new ArrayList<>();
        assertThatThrownBy(() -> train(1, out, endingAt("see", 2, seen))).hasMessage("killed");
        assertThatThrownBy(() -> train(1, out, endingAt("instruct", 2, seen))).hasMessage("killed");
        assertThat(Files.exists(out)).as("no half checkpoint").isFalse();
        assertThatThrownBy(() -> train(2, out, new TrainingListener() {}))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("interrupted.unfinished has a training with other options");
        train(1, out, endingAt("none", 0, seen));
        assertThat(seen).containsExactly("see 1", "see 2", "see 2", "see 3", "instruct 1", "instruct 2", "instruct 2");
        assertThat(weights(out)).isEqualTo(weights(whole));
        assertThat(folder.resolve("interrupted.unfinished")).doesNotExist();
    }
}
