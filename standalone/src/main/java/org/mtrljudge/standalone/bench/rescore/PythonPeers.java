package org.mtrljudge.standalone.bench.rescore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.bench.PythonPeer;

/** The same rewards in Python: as a plain loop over a file, and as a service that reads and writes Kafka. */
final class PythonPeers {
    private static final int MOST_GROUPS = 5000;
    private final String python;
    private final Path folder;
    private final PrintStream out;

    /**
     * @param python a Python 3 program; the service needs confluent-kafka and fastavro in it
     * @param folder for the scripts and their data
     */
    PythonPeers(final String python, final Path folder, final PrintStream out) {
        this.python = python;
        this.folder = folder;
        this.out = out;
    }

    /** @param ours completions per second of the replay */
    void plainLoop(final RescoreGroups prepared, final int groups, final double ours) throws IOException {
        final Path file = folder.resolve("completions.jsonl");
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int i = 0; i < Math.min(groups, MOST_GROUPS); i++) {
                lines.write(json(prepared.group(i)));
                lines.newLine();
            }
        }
        final double theirs = PythonPeer.run(
                        python, PythonPeer.copied("rescore_bench.py", folder), List.of(file.toString()))
                .get("completions_per_second")
                .asDouble();
        out.printf(
                Locale.ROOT,
                "plain Python loop %.0f completions/s, replay %.0f completions/s: %.1f ×%n",
                theirs,
                ours,
                ours / theirs);
    }

    /**
     * Reads rollouts, rewards them and writes scored groups in transactions, with confluent-kafka and fastavro. Says so where this Python
     * has not got them.
     *
     * @param ours groups per second of the replay
     */
    void kafkaService(
            final String brokers,
            final Topic<RolloutGroup> rollouts,
            final Topic<ScoredGroup> scored,
            final int groups,
            final double ours)
            throws IOException {
        // the service has the rewards of this script
        PythonPeer.copied("rescore_bench.py", folder);
        final Path schemas = folder.resolve("schemas.json");
        Files.writeString(schemas, "[" + RolloutGroup.getClassSchema() + ", " + ScoredGroup.getClassSchema() + "]");
        final JsonNode said = PythonPeer.run(
                python,
                PythonPeer.copied("rescore_service.py", folder),
                List.of(
                        brokers,
                        rollouts.name(),
                        scored.name(),
                        String.valueOf(Math.min(groups, MOST_GROUPS)),
                        schemas.toString()));
        if (said.has("missing")) {
            out.println("no Kafka service in Python: " + said.get("missing").asText());
            return;
        }
        final double theirs = said.get("groups_per_second").asDouble();
        out.printf(
                Locale.ROOT,
                "Kafka service in Python (confluent-kafka, fastavro, one core) %.0f groups/s, replay %.0f groups/s: %.1f ×%n",
                theirs,
                ours,
                ours / theirs);
    }

    private static String json(final RolloutGroup group) throws JsonProcessingException {
        final List<Map<String, Object>> written =
                group.getCompletions().stream().map(PythonPeers::json).toList();
        return Mappers.JSON.writeValueAsString(Map.of(
                "reference", group.getPrompt().getReference(),
                "labels", group.getPrompt().getLabels(),
                "completions", written));
    }

    private static Map<String, Object> json(final Completion completion) {
        return Map.of(
                "text",
                completion.getText(),
                "finished",
                true,
                "tokens",
                completion.getTokens().remaining() / Integer.BYTES);
    }
}
