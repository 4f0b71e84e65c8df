package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** The loop with a LoRA on a bfloat16 judge: only the adapter is trained, broadcast and saved, and another run starts from it. */
class AdapterLoopIT {
    private static final int WHOLE_JUDGE_BYTES = 4_000_000;

    /** Actor and learner round to bfloat16 in different orders. Each rounding changes a number by up to 0.4 %. */
    private static final double SAME_MATH_IN_BF16 = 0.05;

    @TempDir
    private Path runs;

    private JsonNode train(final String run, final String... settings) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--run=" + run,
                "--runs=" + runs,
                "--set=data.test_size=2",
                "--set=data.validation_size=2",
                "--set=trainer.val_freq=2",
                "--set=data.rollout_batch_size=4",
                "--set=actor.global_batch_size=4",
                "--set=rollout.n=2",
                "--set=trainer.total_steps=2",
                "--set=actor.model.dtype=bfloat16",
                "--set=actor.model.enable_gradient_checkpointing=true"));
        for (final String setting : settings) {
            arguments.add("--set=" + setting);
        }
        assertThat(Judge.execute(arguments.toArray(String[]::new))).isZero();
        return new ObjectMapper()
                .readTree(runs.resolve(run).resolve("summary.json").toFile());
    }

    @Test
    void shouldTrainBroadcastAndSaveOnlyTheAdapter() throws IOException {
        final JsonNode summary = train("first", "sft.steps=4", "actor.model.lora.rank=4", "actor.model.lora.alpha=8");
        assertThat(summary.at("/groups/learned").asInt()).isEqualTo(8);
        assertThat(summary.at("/rl/rollout_logprobs_diff_mean_max").asDouble())
                .isPositive()
                .isLessThan(SAME_MATH_IN_BF16);
        final Path adapter = runs.resolve("first").resolve("checkpoints").resolve("rl");
        assertThat(adapter.toFile().list())
                .contains("adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "chat_template.jinja")
                .doesNotContain("config.json", "model.safetensors");
        // the card names the weights by the digest that the log has
        assertThat(adapter.resolve("README.md"))
                .content()
                .contains(Sha256.of(ByteBuffer.wrap(Files.readAllBytes(adapter.resolve("adapter_model.safetensors")))));

        final Topics topics = new Topics("first", new LocalSchemaRegistry());
        try (EmbeddedBroker broker = EmbeddedBroker.start(runs.resolve("first").resolve("kafka"), 0)) {
            final List<PolicyManifest> policies = LoggedValues.read(broker, topics.policies());
            assertThat(policies).hasSizeGreaterThanOrEqualTo(4).allSatisfy(policy -> {
                assertThat(policy.getKind()).isEqualTo(PolicyKind.LORA);
                assertThat(policy.getDtype()).isEqualTo("BF16");
                assertThat(policy.getTotalBytes()).isLessThan(WHOLE_JUDGE_BYTES / 10);
            });
        }

        final JsonNode second = train("second", "sft.steps=0", "model=" + adapter);
        assertThat(second.at("/groups/learned").asInt()).isEqualTo(8);
        assertThat(runs.resolve("second/checkpoints/rl/adapter_config.json")).exists();
    }
}
