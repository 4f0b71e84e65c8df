package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** Prompts that are longer than data.max_prompt_length are never asked: not in training, not in a test, not after a fork. */
class LongPromptsIT {
    private static final String LONG = "long";

    @TempDir
    private Path folder;

    private Path data;

    /** Every second line is long, in training and in the test. */
    @BeforeEach
    void write() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (int i = 0; i < 46; i++) {
            final String words = i % 2 == 0 ? "short" : LONG + " a".repeat(200);
            lines.add("{\"task\":\"t\",\"split\":\"" + (i < 40 ? "train" : "test") + "\",\"prompt\":\"" + i + " "
                    + words + "\",\"images\":[],\"answer\":\"" + (i % 4 < 2 ? "yes" : "no") + "\"}");
        }
        data = Files.write(folder.resolve("data.jsonl"), lines);
    }

    private static int judge(final String... arguments) {
        return Judge.execute(arguments);
    }

    private int train(final String run, final boolean filter) {
        return judge(
                "train",
                "--run=" + run,
                "--runs=" + folder,
                "--data=" + data,
                "--set=data.max_prompt_length=100",
                "--set=data.filter_overlong_prompts=" + filter,
                "--set=data.rollout_batch_size=4",
                "--set=data.max_response_length=8",
                "--set=actor.global_batch_size=4",
                "--set=rollout.n=2",
                "--set=trainer.val_freq=0",
                "--set=trainer.max_dead_ratio=1",
                "--set=trainer.total_steps=6");
    }

    private List<PromptRequest> prompts(final String run) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve(run).resolve("kafka"), 0)) {
            return LoggedValues.read(broker, new Topics(run, new LocalSchemaRegistry()).prompts());
        }
    }

    private JsonNode groups(final String run) throws IOException {
        return new ObjectMapper()
                .readTree(folder.resolve(run).resolve("summary.json").toFile())
                .get("groups");
    }

    @Test
    @Timeout(180)
    void shouldNeverBeAsked() throws IOException {
        assertThat(train("left-out", true)).isZero();
        assertThat(groups("left-out").get("learned").asInt()).isEqualTo(24);
        assertThat(groups("left-out").get("dead").asInt()).isZero();
        assertThat(prompts("left-out")).noneMatch(prompt -> prompt.getText().contains(LONG));
        assertThat(prompts("left-out"))
                .as("three of the test's six, before and after training")
                .filteredOn(prompt -> prompt.getPurpose() == Purpose.EVAL)
                .hasSize(6);

        assertThat(judge(
                        "train",
                        "--fork=left-out",
                        "--at-step=2",
                        "--run=forked",
                        "--runs=" + folder,
                        "--set=trainer.total_steps=5"))
                .isZero();
        assertThat(prompts("forked"))
                .isNotEmpty()
                .noneMatch(prompt -> prompt.getText().contains(LONG));
        assertThat(judge(
                        "train",
                        "--fork=left-out",
                        "--at-step=2",
                        "--run=other",
                        "--runs=" + folder,
                        "--set=data.max_prompt_length=90"))
                .as("other examples")
                .isEqualTo(2);
    }

    @Test
    @Timeout(120)
    void shouldBeDeadLettersWhereTheyAreNotLeftOut() throws IOException {
        assertThat(train("dead", false)).isZero();
        assertThat(groups("dead").get("learned").asInt()).isEqualTo(24);
        assertThat(groups("dead").get("dead").asInt()).isPositive();
        assertThat(prompts("dead"))
                .filteredOn(prompt -> prompt.getPurpose() == Purpose.TRAIN)
                .noneMatch(prompt -> prompt.getText().contains(LONG));
    }
}
