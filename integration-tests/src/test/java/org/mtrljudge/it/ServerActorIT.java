package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

    private int train(final StandInServer server, final String... more) {
        final List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--run=served",
                "--runs=" + runs,
                "--set=rollout.server_url=" + server.url(),
                "--set=rollout.server_model=judge-tiny",
                "--set=rollout.server_adapters=" + runs.resolve("adapters"),
                "--set=rollout.n=4",
                "--set=actor.model.lora.rank=4",
                "--set=actor.optim.lr=0.01",
                "--set=data.test_size=1",
                "--set=trainer.val_freq=0",
                "--set=trainer.test_before_train=false",
                "--set=trainer.max_staleness=0",
                "--set=data.rollout_batch_size=6",
                "--set=actor.global_batch_size=6",
                "--set=algorithm.online_filtering=false",
                "--set=trainer.total_steps=" + STEPS));
        arguments.addAll(List.of(more));
        return Judge.execute(arguments.toArray(String[]::new));
    }

    private void checkLearned() throws IOException {
        final JsonNode summary = new ObjectMapper()
                .readTree(runs.resolve("served").resolve("summary.json").toFile());
        assertThat(summary.at("/groups/learned").asInt()).isEqualTo(STEPS * 6);
        assertThat(summary.at("/groups/dead").asInt()).isZero();
        assertThat(summary.at("/rl/rollout_logprobs_diff_mean_max").asDouble())
                .as("the server generated with the learner's weights")
                .isPositive()
                .isLessThan(SAME_MATH);
    }

    @Test
    @Timeout(180)
    void shouldTrainAnAdapterThatAServerGeneratesWithForTwoActors() throws IOException {
        try (StandInServer server = new StandInServer()) {
            assertThat(train(
                            server,
                            "--set=rollout.actors=2",
                            "--set=rollout.max_prompts=2",
                            "--set=data.system_prompt=You judge."))
                    .isZero();
            assertThat(server.loaded())
                    .as("each actor loads a version once, under a name of its own")
                    .doesNotHaveDuplicates()
                    .hasSizeGreaterThan(1 + STEPS);
            assertThat(server.held()).as("nothing stays at the server").isZero();
            assertThat(runs.resolve("adapters")).as("nor in the folder").isEmptyDirectory();
        }
        checkLearned();
    }

    @Test
    @Timeout(180)
    void shouldWaitForAServerThatRestartsWithoutItsAdapters() throws Exception {
        final int connections = 12;
        final ExecutorService background = Executors.newSingleThreadExecutor();
        try (StandInServer server = new StandInServer()) {
            final Future<Integer> trained = background.submit(() -> train(server, "--set=rollout.actors=1"));
            while (server.completions() < 10 && !trained.isDone()) {
                Thread.sleep(20);
            }
            server.restart(connections);
            assertThat(trained.get()).isZero();
        } finally {
            background.shutdownNow();
        }
        checkLearned();
    }

    @Test
    @Timeout(180)
    void shouldEndWithTheServersWordsWhenItRefusesEveryPrompt() throws IOException {
        try (StandInServer server = new StandInServer()) {
            server.refuse();
            assertThat(train(server, "--set=rollout.actors=1")).isEqualTo(1);
            assertThat(server.completions()).as("not for ever").isLessThan(100);
        }
    }

    @Test
    void shouldSayWhatAServerNeeds() {
        assertThat(Judge.execute("train", "--runs=" + runs, "--set=rollout.server_url=http://127.0.0.1:1"))
                .isEqualTo(2);
    }
}
