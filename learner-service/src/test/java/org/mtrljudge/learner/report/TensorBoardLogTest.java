package org.mtrljudge.learner.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.LearnerSection;
import org.mtrljudge.settings.SettingsTree;

class TensorBoardLogTest {
    /** The output of RecordWriter in tensorboard 2.20.0 for the same two events: src/test/golden/make_events.py. */
    private static final String BY_TENSORBOARD =
            "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b3531103b"
                    + "000000000000001a23ac5c0900002040fc54d94110072a2e0a150a0e7265776172642f6f766572616c6c150000403f0a150a0e7374616c656e657373"
                    + "2f6d65616e150000803fd10d8bb3";

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_500L), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private List<Path> files(final String phase) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("tensorboard").resolve(phase))) {
            return files.toList();
        }
    }

    @Test
    void shouldWriteTheBytesThatTensorBoardWrites() throws IOException {
        new TensorBoardLog(folder.resolve("tensorboard"), CLOCK)
                .write(
                        "rl",
                        7,
                        new TreeMap<>(Map.of(
                                "reward/overall", 0.75, "staleness/mean", 1.0, "prompt_length/mean", Double.NaN)));
        final List<Path> files = files("rl");
        assertThat(files).hasSize(1);
        assertThat(files.get(0).getFileName().toString()).startsWith("events.out.tfevents.1700000000.");
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(files.get(0)))).isEqualTo(BY_TENSORBOARD);
    }

    @Test
    void shouldContainEveryStepOnce() throws IOException {
        final LearnerSection section =
                LearnerSection.of(SettingsTree.read(null, Map.of(), List.of("trainer.logger=[tensorboard]")));
        final TrainingListener listener = new RunReport(folder, section, new TrainingListener() {}).listener();
        listener.progressed("warmup", 1, Map.of("sft/loss", 2.0));
        listener.progressed("rl", 1, Map.of("reward/overall", 0.5));
        final long once = Files.size(files("rl").get(0));
        // the step is learned again after a restart
        listener.progressed("rl", 1, Map.of("reward/overall", 0.5));
        listener.progressed("rl", 1, Map.of());
        assertThat(Files.size(files("rl").get(0))).isEqualTo(once);
        assertThat(files("warmup")).hasSize(1);
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(2);
    }
}
