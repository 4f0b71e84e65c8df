package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;

/** Ctrl-C stops all services of a run before the process ends, and says how to continue. */
@Timeout(300)
class InterruptedRunIT {
    private static final int SIGINT = 2;

    @TempDir
    private Path runs;

    private Process train(final String... more) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of("train", "--runs=" + runs));
        arguments.addAll(List.of(more));
        return JavaProcess.start(
                JavaProcess.of(Judge.class, List.of("-Xmx1g"), arguments.toArray(String[]::new)),
                runs.resolve("out.txt").toFile());
    }

    @Test
    void shouldStopItsServicesAndSayHowToContinue() throws Exception {
        final Process process = train(
                "--run=stopped",
                "--set=data.test_size=2",
                "--set=data.rollout_batch_size=2",
                "--set=actor.global_batch_size=2",
                "--set=rollout.n=2",
                "--set=rollout.actors=1",
                "--set=sft.steps=0",
                "--set=trainer.val_freq=0",
                "--set=trainer.test_before_train=false",
                "--set=trainer.total_steps=100000");
        try {
            final Path step = runs.resolve("stopped").resolve("metrics.jsonl");
            while (process.isAlive() && !(Files.exists(step) && Files.size(step) > 0)) {
                Thread.sleep(200);
            }
            assertThat(new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        final String said = Files.readString(runs.resolve("out.txt"));
        assertThat(process.exitValue()).as(said).isEqualTo(128 + SIGINT);
        assertThat(said)
                .contains("stopped: ./judge train --resume stopped continues")
                .doesNotContain("did not stop in", "SIGSEGV", "unexpected", "\tat ");
        assertThat(runs.resolve("stopped").resolve("kafka").resolve(".kafka_cleanshutdown"))
                .as("the broker has closed its log")
                .exists();
    }
}
