package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;

/** A run whose actor generates through a completions server. The server loads the adapter over HTTP. */
class ServerActorIT {
    private static final int STEPS = 4;
    private static final double SAME_MATH = 1e-4;

    @TempDir
    private Path runs;

    @Test
    @Timeout(180)
    void shouldTrainAnAdapterThatAServerGeneratesWith() throws IOException {
        final JsonNode summary;
        try (StandInServer server = new StandInServer()) {
            final int exitCode = Judge.execute(
                    "train",
                    "--run=served",
                    "--runs=" + runs,
                    "--set=rollout.server_url=" + server.url(),
                    "--set=rollout.server_model=judge-tiny",
                    "--set=rollout.server_adapters=" + runs.resolve("adapters"),
                    "--set=rollout.actors=1",
                    "--set=rollout.n=4",
                    "--set=actor.model.lora.rank=4",
                    "--set=actor.optim.lr=0.01",
                    "--set=data.test_size=1",
                    "--set=trainer.val_freq=0",
                    "--set=trainer.max_staleness=0",
                    "--set=data.rollout_batch_size=6",
                    "--set=actor.global_batch_size=6",
                    "--set=algorithm.online_filtering=false",
                    "--set=sft.steps=20",
                    "--set=trainer.total_steps=" + STEPS);
            assertThat(exitCode).isZero();
            assertThat(server.loaded())
                    .as("every version, once")
                    .doesNotHaveDuplicates()
                    .hasSize(2 + STEPS);
            assertThat(server.held()).as("older versions are unloaded").isEqualTo(1);
        }
        summary = new ObjectMapper()
                .readTree(runs.resolve("served").resolve("summary.json").toFile());
        assertThat(summary.at("/groups/learned").asInt()).isEqualTo(STEPS * 6);
        assertThat(summary.at("/groups/dead").asInt()).isZero();
        assertThat(summary.at("/rl/rollout_logprobs_diff_mean_max").asDouble())
                .as("the server generated with the learner's weights")
                .isPositive()
                .isLessThan(SAME_MATH);
    }

    @Test
    void shouldSayWhatAServerNeeds() {
        assertThat(Judge.execute("train", "--runs=" + runs, "--set=rollout.server_url=http://127.0.0.1:1"))
                .isEqualTo(2);
    }
}
