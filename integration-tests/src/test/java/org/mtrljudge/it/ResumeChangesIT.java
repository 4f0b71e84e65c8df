package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;

/** Guarantee 8: settings that do not decide the weights may change on resume. */
@Timeout(300)
class ResumeChangesIT {
    @TempDir
    private Path runs;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;

    @BeforeEach
    void listen() {
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        System.setErr(err);
    }

    private int judge(final String... arguments) {
        said.reset();
        return Judge.execute(arguments);
    }

    private String settings() throws IOException {
        return Files.readString(runs.resolve("changed").resolve("settings.yaml"));
    }

    @Test
    void shouldChangeWhatDoesNotDecideTheWeightsAndRefuseTheRest() throws IOException {
        assertThat(judge(
                        "train",
                        "--run=changed",
                        "--runs=" + runs,
                        "--set=data.test_size=1",
                        "--set=data.rollout_batch_size=2",
                        "--set=actor.global_batch_size=2",
                        "--set=rollout.n=2",
                        "--set=rollout.actors=1",
                        "--set=sft.steps=0",
                        "--set=trainer.val_freq=0",
                        "--set=trainer.test_before_train=false",
                        "--set=trainer.total_steps=1"))
                .as(said.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(judge("train", "--resume=changed", "--runs=" + runs, "--set=actor.optim.lr=0.5"))
                .isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("actor.optim.lr was 1.5E-4, is 0.5", "--fork");
        assertThat(settings()).doesNotContain("lr: 0.5");

        assertThat(judge(
                        "train",
                        "--resume=changed",
                        "--runs=" + runs,
                        "--set=actor.max_tokens_per_micro_batch=2048",
                        "--set=trainer.save_freq=7"))
                .as(said.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("changed: actor.max_tokens_per_micro_batch was 16384, is 2048")
                .contains("changed: trainer.save_freq was 2, is 7");
        assertThat(settings()).contains("max_tokens_per_micro_batch: 2048");

        assertThat(judge("train", "--resume=changed", "--runs=" + runs, "--seed=3"))
                .isEqualTo(2);
    }
}
