package org.mtrljudge.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingPlanTest {
    @TempDir
    private Path folder;

    private static String plan(final String... pairs) {
        final RunSettings settings = RunSettings.read(null, List.of(pairs));
        return new TrainingPlan(settings, settings.data().source()).toText();
    }

    private static String lineWith(final String text, final String part) {
        return text.lines().filter(line -> line.contains(part)).findFirst().orElseThrow();
    }

    /** A word more is a token more: line i of 100 has i words. Three lines have no picture where one is needed. */
    private Path data() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            lines.add("{\"task\":\"t\",\"prompt\":\"" + " a".repeat(i) + "\",\"images\":[],\"answer\":\"yes\"}");
        }
        Files.writeString(folder.resolve("no.png"), "no picture");
        for (int i = 0; i < 3; i++) {
            lines.add(
                    "{\"task\":\"t\",\"split\":\"test\",\"prompt\":\"<image>\",\"images\":[\"no.png\"],\"answer\":\"yes\"}");
        }
        lines.add("{\"task\":\"t\",\"split\":\"test\",\"prompt\":\"a a a\",\"images\":[],\"answer\":\"yes\"}");
        return Files.write(folder.resolve("data.jsonl"), lines);
    }

    @Test
    void shouldShowTheLengthsOfPromptsAndWhatIsWrongWithThem() throws IOException {
        final String text = plan(
                "data.file=" + data(),
                "data.format_prompt=null",
                "data.max_prompt_length=60",
                "rollout.n=4",
                "data.max_response_length=11");
        final String[] columns = lineWith(text.substring(text.indexOf("tokens of a prompt")), "  train")
                .trim()
                .split(" +");
        final int shortest = Integer.parseInt(columns[2]);
        assertThat(Arrays.stream(columns).skip(1).mapToInt(Integer::parseInt))
                .containsExactly(100, shortest, shortest + 49, shortest + 89, shortest + 98, shortest + 99);
        assertThat(text)
                .contains("3 prompts of the split test cannot be read and would count as dead; the first is line-101: ")
                .contains((shortest + 99 - 60)
                        + ".0 % of the split train are longer than data.max_prompt_length 60 and are" + " left out")
                // a group shares its prompt, and its last tokens are not read
                .contains("60 tokens of a prompt and 4 completions of 11: 100 positions")
                .contains("It fits");
        assertThat(plan(
                        "data.file=" + folder.resolve("data.jsonl"),
                        "data.max_prompt_length=60",
                        "data.filter_overlong_prompts=false"))
                .contains("and are dead letters");
    }

    @Test
    void shouldSayWhatWouldNeedLess() {
        // more than any machine has, and most of it for the learner's activations
        final String text =
                plan("rollout.n=64", "data.max_response_length=2048", "actor.max_tokens_per_micro_batch=10000000");
        assertThat(text).contains("It does not fit");
        final List<String> changes =
                text.lines().filter(line -> line.startsWith("  --set")).toList();
        assertThat(changes.get(0)).contains("actor.model.enable_gradient_checkpointing=true");
        assertThat(changes).anyMatch(line -> line.contains("actor.model.dtype=bfloat16"));
        assertThat(changes).anyMatch(line -> line.contains("actor.max_tokens_per_micro_batch=5000000"));
        assertThat(changes).anyMatch(line -> line.contains("rollout.max_batched_tokens=32768"));
        final double needed =
                Double.parseDouble(lineWith(text, "It does not fit").split(" ")[4]);
        assertThat(changes)
                .extracting(line -> Double.parseDouble(line.trim().split(" +")[2]))
                .isSorted()
                .allMatch(gib -> gib <= needed);
    }
}
