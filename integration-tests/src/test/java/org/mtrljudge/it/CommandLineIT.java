package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;

/** Wrong input at the command line gives one clear line and the right exit code, and leaves nothing that looks complete. */
class CommandLineIT {
    private static final String DATA = """
            {"task":"t","prompt":"<image>?","images":["a.png"],"answer":"yes"}
            {"task":"t","split":"test","prompt":"?","images":[],"answer":"no"}
            """;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream before = System.err;

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setErr(before);
    }

    private String train(final int exitCode, final String... more) {
        final String[] arguments = new String[more.length + 3];
        arguments[0] = "train";
        arguments[1] = "--runs=" + folder.resolve("runs");
        arguments[2] = "--run=wrong";
        System.arraycopy(more, 0, arguments, 3, more.length);
        assertThat(Judge.execute(arguments)).isEqualTo(exitCode);
        return errors.toString(StandardCharsets.UTF_8);
    }

    private void nothingLooksWhole() {
        assertThat(folder.resolve("runs/wrong/summary.json")).doesNotExist();
        assertThat(folder.resolve("runs/wrong/checkpoints/rl")).doesNotExist();
    }

    @Test
    void shouldNameWrongOptionsAndSettings() {
        assertThat(train(2, "--sed=1")).contains("--sed");
        assertThat(train(2, "--set=rollout.nn=4")).contains("unknown setting 'rollout.nn'");
        assertThat(train(2, "--set=rollout.n=1")).contains("rollout.n is 1, allowed is 2 to 1024");
        assertThat(Judge.execute("train", "--runs=" + folder.resolve("runs"), "--run=a/b"))
                .isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("names have 1 to 100 letters");
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void shouldNameAMissingModel() {
        assertThat(train(1, "--set=model=" + folder.resolve("absent"))).contains("absent");
        assertThat(train(1, "--set=model=" + folder)).contains("it has no config.json");
        nothingLooksWhole();
    }

    @Test
    void shouldNameTheLineOfBrokenData() throws IOException {
        final Path file = folder.resolve("data.jsonl");
        Files.writeString(file, DATA);
        assertThat(train(2, "--data=" + file)).contains("data.jsonl:1 names the image a.png, which is not there");
        Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
        assertThat(train(1, "--data=" + file, "--set=sft.steps=1", "--set=sft.batch_size=1"))
                .contains("image 1 of line-1 is not a PNG");
        nothingLooksWhole();
        assertThat(Judge.execute("data", "check", file.toString())).isEqualTo(1);
    }

    @Test
    void shouldNameABusyPort() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(train(1, "--set=broker.port=" + busy.getLocalPort()))
                    .contains("port " + busy.getLocalPort() + " cannot be used")
                    .contains("broker.port");
        }
        nothingLooksWhole();
    }

    @Test
    void shouldExportTheBuiltInTasksAsValidData() {
        final Path out = folder.resolve("exported");
        assertThat(Judge.execute("data", "export", "--out=" + out, "--per-task=2"))
                .isZero();
        assertThat(Judge.execute("data", "check", out.resolve("data.jsonl").toString()))
                .isZero();
        assertThat(Judge.execute("data", "export", "--out=" + out)).isEqualTo(2);
    }

    @Test
    void shouldSayBeforeTheRunThatAModelIsTooLargeForIt() throws IOException {
        final Path model = folder.resolve("large");
        try (JudgeModel tiny = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            tiny.save(model);
        }
        final Path config = model.resolve("config.json");
        final String sound = Files.readString(config);
        Files.writeString(config, sound.replace("\"intermediate_size\": 384", "\"intermediate_size\": 999999"));
        assertThat(train(2, "--set=model=" + model)).contains("but the log takes at most 2048 MiB", "train an adapter");
        Files.writeString(config, sound.replace("\"intermediate_size\": 384", "\"intermediate_size\": 99999"));
        assertThat(train(2, "--set=model=" + model)).contains("JUDGE_HEAP=", "train an adapter");
        nothingLooksWhole();
    }

    @Test
    void shouldExplainEveryCommand() {
        for (final String command :
                List.of("train", "sft", "replay", "inspect", "data", "bench", "pretrain", "model")) {
            assertThat(Judge.execute(command, "--help")).isZero();
        }
        assertThat(Judge.execute("model", "info")).isZero();
        assertThat(Judge.execute("model", "info", "--train=lora")).isZero();
        assertThat(Judge.execute("model", "info", "--train=half")).isEqualTo(2);
        assertThat(Judge.execute("model", "info", "--model=" + folder)).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("it has no config.json");
        assertThat(Judge.execute("inspect", "--run=absent", "--runs=" + folder)).isEqualTo(2);
    }
}
