package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** Policies that are too large for the log are files in a folder; their manifests name the files. */
class StoredPoliciesIT {
    private static final int STEPS = 6;
    private static final int KEPT = 4;

    @TempDir
    private Path runs;

    @Test
    @Timeout(180)
    void shouldTrainWithPoliciesInAFolderAndFindADamagedOne() throws IOException {
        final Path store = runs.resolve("policies");
        final int exitCode = Judge.execute(
                "train",
                "--run=stored",
                "--runs=" + runs,
                "--set=weights.store=" + store.toUri(),
                "--set=weights.max_log_mb=0",
                "--set=data.test_size=1",
                "--set=trainer.val_freq=0",
                "--set=data.rollout_batch_size=6",
                "--set=actor.global_batch_size=6",
                "--set=rollout.n=4",
                "--set=sft.steps=0",
                "--set=algorithm.online_filtering=false",
                "--set=trainer.total_steps=" + STEPS);
        assertThat(exitCode).isZero();

        final Topics topics = new Topics("stored", new LocalSchemaRegistry());
        final List<PolicyManifest> manifests;
        try (EmbeddedBroker broker = EmbeddedBroker.start(runs.resolve("stored").resolve("kafka"), 0)) {
            manifests = LoggedValues.read(broker, topics.policies());
            assertThat(LoggedValues.read(broker, topics.weights())).isEmpty();
        }
        assertThat(manifests).hasSize(1 + STEPS).allMatch(m -> m.getUri() != null && m.getChunks() == 0);
        final List<Path> files;
        try (Stream<Path> all = Files.list(store)) {
            files = all.sorted().toList();
        }
        assertThat(files)
                .as("the newest policies are kept")
                .extracting(file -> file.toUri().toString())
                .containsExactlyElementsOf(manifests.subList(manifests.size() - KEPT, manifests.size()).stream()
                        .map(PolicyManifest::getUri)
                        .toList());
        assertThat(Judge.execute("audit", "--run=stored", "--runs=" + runs, "--recompute"))
                .isZero();

        final byte[] damaged = Files.readAllBytes(files.get(1));
        damaged[damaged.length / 2] ^= 1;
        Files.write(files.get(1), damaged);
        assertThat(Judge.execute("audit", "--run=stored", "--runs=" + runs)).isEqualTo(1);
    }
}
