package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** One task is trained, all tasks are tested, and the run ends when validation no longer improves. */
class SingleTaskIT {
    @TempDir
    private Path runs;

    @Test
    @Timeout(120)
    void shouldTrainOnOneTaskAndEndAtThePlateau() throws IOException {
        final int exitCode = Judge.execute(
                "train",
                "--run=single",
                "--runs=" + runs,
                "--set=data.train_tasks=[safety]",
                "--set=data.validation_size=4",
                "--set=data.test_size=1",
                "--set=data.rollout_batch_size=6",
                "--set=actor.global_batch_size=6",
                // With this rate no validation is better than the validation before the first step.
                "--set=actor.optim.lr=0",
                "--set=rollout.n=4",
                "--set=sft.steps=0",
                "--set=trainer.val_freq=2",
                "--set=trainer.val_patience=2",
                "--set=trainer.total_steps=20");
        assertThat(exitCode).isZero();
        final JsonNode summary = new ObjectMapper()
                .readTree(runs.resolve("single").resolve("summary.json").toFile());
        assertThat(summary.get("steps").asInt())
                .as("two validations, two steps apart")
                .isEqualTo(4);
        assertThat(summary.get("best_step").asInt()).isZero();
        assertThat(summary.at("/groups/learned").asInt()).isEqualTo(24);
        assertThat(summary.get("tasks")).hasSize(8);
        final List<PromptRequest> prompts;
        try (EmbeddedBroker broker = EmbeddedBroker.start(runs.resolve("single").resolve("kafka"), 0)) {
            prompts = LoggedValues.read(broker, new Topics("single", new LocalSchemaRegistry()).prompts());
        }
        assertThat(prompts)
                .filteredOn(prompt -> prompt.getPurpose() == Purpose.TRAIN)
                .hasSizeGreaterThanOrEqualTo(24)
                .allMatch(prompt -> prompt.getTask().equals("safety"));
    }
}
