package org.mtrljudge.learner.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.Evaluation;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.learner.event.Lineage;
import org.mtrljudge.learner.event.RlTotals;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.settings.LearnerSection;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.verdict.Label;

class ModelCardTest {
    private static final String TASK = "safety|\nof <b>pictures";

    @TempDir
    private Path checkpoints;

    private static LearnerSection section(final String... pairs) {
        return LearnerSection.of(SettingsTree.read(null, Map.of(), List.of(pairs)));
    }

    private static Evaluation evaluation(final String... verdicts) {
        return Evaluation.of(Arrays.stream(verdicts)
                .map(verdict -> new Judgement(
                        "id", TASK, "yes", Label.of("yes", "no"), null, null, List.of(verdict), List.of(), 1, 9, 5))
                .toList());
    }

    private static TrainingResult result(final int steps) {
        final Map<Stage, Evaluation> evaluations = new LinkedHashMap<>();
        evaluations.put(Stage.START, evaluation("no", "yes"));
        evaluations.put(Stage.RL, evaluation("yes", "yes"));
        return new TrainingResult(
                evaluations,
                List.of(TASK),
                List.of(TASK),
                0,
                steps,
                7,
                GroupCounts.NONE,
                Map.of(),
                RlTotals.NONE,
                new Lineage("train-1", 9, "ab12", "cd34", "ef56"));
    }

    @Test
    void shouldSayWhatTheJudgeIsMadeOfAndHowItIsAsked() throws IOException {
        final LearnerSection section = section(
                "model='/models/qwen: a \"judge\"'",
                "data.file=/home/me/photos/data.jsonl",
                "data.system_prompt=You judge.",
                "data.format_prompt=Think, then ```answer``` with {{ labels }}.");
        final String text = new ModelCard(result(8), section).text(true);
        final JsonNode front = Mappers.YAML.readTree(text.split("---\n")[1]);
        assertThat(front.get("base_model").asText()).isEqualTo("qwen: a \"judge\"");
        assertThat(front.get("library_name").asText()).isEqualTo("peft");
        assertThat(text)
                .contains("\n    You judge.\n", "\n    Think, then ```answer``` with {{ labels }}.\n")
                .contains("- data: `data.jsonl`\n", "these weights are from step 7")
                // one of the two labels is never an answer: its F1 is 0
                .contains("| safety of b pictures | macro_f1 | 2 | 33.3 | 50.0 |")
                .contains(
                        "| policy version | `9` |",
                        "| SHA-256 of adapter_model.safetensors | `ab12` |",
                        "`cd34`",
                        "`ef56`")
                .doesNotContain("/home/me", "/models");
        assertThat(new ModelCard(result(8), section("data.format_prompt=null")).text(false))
                .contains("library_name: \"transformers\"", "Without a system prompt.", "built-in scenes, seed 1");
    }

    @Test
    void shouldLieInTheFolderOfTheLastStage() throws IOException {
        Files.createDirectory(checkpoints.resolve("rl"));
        Files.createDirectory(checkpoints.resolve("warmup"));
        new ModelCard(result(0), section()).write(checkpoints);
        assertThat(checkpoints.resolve("warmup/README.md")).exists();
        assertThat(checkpoints.resolve("rl/README.md")).doesNotExist();
        new ModelCard(result(8), section()).write(checkpoints);
        assertThat(checkpoints.resolve("rl/README.md"))
                .content()
                .startsWith("---\n")
                .contains("judge-tiny");
    }
}
