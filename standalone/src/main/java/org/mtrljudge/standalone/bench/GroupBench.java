package org.mtrljudge.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;

/**
 * Measures groups of real lengths with a random checkpoint of about 100 M parameters: training steps of 4, 8 and 16 completions of a prompt, and
 * generation, also of completions that end at very different tokens. Each measurement is a process of its own.
 */
public final class GroupBench {
    private static final int PROMPT = 300;
    private static final int COMPLETION = 512;
    /** A share of the vocabulary ends a completion, so that lengths are geometric with this mean. */
    private static final int MEAN_LENGTH = 100;

    private static final int LAST_ID = RandomCheckpoint.VOCABULARY - 1;

    private final @Nullable String python;
    private final @Nullable String vllm;
    private final PrintStream out;

    /**
     * @param python a Python program with torch and transformers, or null
     * @param vllm a Python program with vLLM, or null
     */
    public GroupBench(final @Nullable String python, final @Nullable String vllm, final PrintStream out) {
        this.python = python;
        this.vllm = vllm;
        this.out = out;
    }

    public void run() throws IOException {
        final Path folder = Files.createTempDirectory("judge-bench");
        try {
            final RandomCheckpoint checkpoint = RandomCheckpoint.write(folder, "small", 384, 22);
            out.printf(Locale.ROOT, "a random checkpoint of %,d parameters%n", checkpoint.parameters());
            training(checkpoint.folder());
            generation(
                    checkpoint.folder(),
                    "128 prompts of 200 tokens, 128 new tokens each",
                    prompts(128, 200, 1, 128),
                    0);
            generation(
                    checkpoint.folder(),
                    "16 prompts of 800 tokens, 8 completions of 100 tokens in the mean, at most 512",
                    prompts(16, 800, 8, 512),
                    RandomCheckpoint.VOCABULARY / MEAN_LENGTH);
        } finally {
            Folders.delete(folder);
        }
    }

    private void training(final Path checkpoint) throws IOException {
        final JsonNode four = ours("train", checkpoint, group(4));
        final JsonNode sixteen = ours("train", checkpoint, group(16));
        print("a step with 4 completions", four);
        print("a step with 16 completions", sixteen);
        out.printf(
                Locale.ROOT,
                "  16 against 4 completions: %.2f x the time, %.2f x the memory%n",
                ratio(sixteen, four, "seconds"),
                ratio(sixteen, four, "peak_rss_bytes"));
        final JsonNode eight = ours("train", checkpoint, group(8));
        print("a step with 8 completions", eight);
        if (python != null) {
            compare(eight, python, "train", checkpoint, group(8), "8 separate rows, transformers");
            compare(
                    eight,
                    python,
                    "train",
                    checkpoint,
                    group(8).put("rows", 1),
                    "one row after the other, transformers");
        }
    }

    private void generation(final Path checkpoint, final String what, final ObjectNode work, final int ends)
            throws IOException {
        // the ids of the end are the last ones of the vocabulary
        final int[] stops = IntStream.rangeClosed(LAST_ID - ends, LAST_ID).toArray();
        work.set("stops", Mappers.JSON.valueToTree(stops));
        Mappers.JSON.writeValue(
                checkpoint.resolve("generation_config.json").toFile(),
                Mappers.JSON.createObjectNode().set("eos_token_id", work.get("stops")));
        final JsonNode own = ours("generate", checkpoint, work);
        print(what, own);
        out.printf(
                Locale.ROOT,
                "  %,d tokens; keys and values at their peak: room for %,d positions, of them %,d in use (%.2f x)%n",
                own.get("tokens").asLong(),
                own.get("kv_peak").asLong(),
                own.get("kv_there").asLong(),
                own.get("kv_peak").asDouble() / own.get("kv_there").asDouble());
        if (python != null) {
            compare(own, python, "generate", checkpoint, work, "transformers");
        }
        if (vllm != null) {
            compare(own, vllm, "vllm", checkpoint, work, "vLLM");
        }
    }

    private static ObjectNode group(final int completions) {
        final Random random = new Random(1);
        final ObjectNode work = Mappers.JSON.createObjectNode();
        work.set("prompts", Mappers.JSON.valueToTree(List.of(ids(random, PROMPT))));
        work.set(
                "completions",
                Mappers.JSON.valueToTree(IntStream.range(0, completions)
                        .mapToObj(i -> ids(random, COMPLETION))
                        .toList()));
        return work;
    }

    private static ObjectNode prompts(final int count, final int length, final int groupSize, final int limit) {
        final Random random = new Random(1);
        final ObjectNode work = Mappers.JSON.createObjectNode();
        work.set(
                "prompts",
                Mappers.JSON.valueToTree(IntStream.range(0, count)
                        .mapToObj(i -> ids(random, length))
                        .toList()));
        return work.put("group_size", groupSize).put("limit", limit).put("max_batched_tokens", 1L << 20);
    }

    private static int[] ids(final Random random, final int count) {
        return random.ints(count, 10, RandomCheckpoint.VOCABULARY / 2).toArray();
    }

    private JsonNode ours(final String what, final Path checkpoint, final ObjectNode work) throws IOException {
        return BenchProcess.figures(
                GroupWork.class,
                "1g",
                List.of(what, checkpoint.toString(), written(checkpoint, work).toString()));
    }

    private JsonNode peer(final String program, final String what, final Path checkpoint, final ObjectNode work)
            throws IOException {
        final Path folder = Objects.requireNonNull(checkpoint.getParent());
        final Path script = PythonPeer.copied("group_peer.py", folder);
        final List<String> arguments = new ArrayList<>(List.of(what, checkpoint.toString()));
        arguments.add(written(checkpoint, work).toString());
        final List<JsonNode> lines = PythonPeer.lines(program, script, arguments);
        return lines.get(lines.size() - 1);
    }

    private static Path written(final Path checkpoint, final ObjectNode work) throws IOException {
        final Path task = checkpoint.resolveSibling("work.json");
        Mappers.JSON.writeValue(task.toFile(), work);
        return task;
    }

    private void print(final String what, final JsonNode own) {
        out.printf(
                Locale.ROOT,
                "%s: %.2f s, %.0f tokens/s, %.2f GB at most%n",
                what,
                own.get("seconds").asDouble(),
                own.get("tokens_per_second").asDouble(),
                own.get("peak_rss_bytes").asDouble() / 1e9);
    }

    /** Runs a peer on the same work; its failure, above all for memory, is a result too. */
    private void compare(
            final JsonNode own,
            final String program,
            final String what,
            final Path checkpoint,
            final ObjectNode work,
            final String name)
            throws IOException {
        final JsonNode other;
        try {
            other = peer(program, what, checkpoint, work);
        } catch (final RunException e) {
            out.printf("  %s: no figure, %s (137: killed, as where memory is short)%n", name, e.getMessage());
            return;
        }
        print("  " + name, other);
        if (other.path("stopped").asBoolean()) {
            out.println(
                    "  it was stopped there: without that, its rows that end early would have made its speed lower");
        }
        out.printf(
                Locale.ROOT,
                "  ours against it: %.2f x the speed, %.2f x the memory%n",
                ratio(own, other, "tokens_per_second"),
                ratio(own, other, "peak_rss_bytes"));
        if (own.has("loss")) {
            out.printf(
                    Locale.ROOT,
                    "  the loss is %.5f here and %.5f there%n",
                    own.get("loss").asDouble(),
                    other.get("loss").asDouble());
        }
    }

    private static double ratio(final JsonNode own, final JsonNode other, final String figure) {
        return own.get(figure).asDouble() / other.get(figure).asDouble();
    }
}
