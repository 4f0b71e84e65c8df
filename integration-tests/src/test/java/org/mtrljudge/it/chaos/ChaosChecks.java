package org.mtrljudge.it.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.it.JavaProcess;
import org.mtrljudge.it.SettledPrompts;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/** What must be true of a run that has ended, whatever was done to it. Each check returns what is wrong, or nothing. */
final class ChaosChecks {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int AUDIT_S = 600;

    private final Path folder;
    private final Topics topics;
    private final KafkaClients clients;
    private final Map<String, String> environment;

    /** @param topics of the run, with the registry of the run */
    ChaosChecks(
            final Path folder, final Topics topics, final KafkaClients clients, final Map<String, String> environment) {
        this.folder = folder;
        this.topics = topics;
        this.clients = clients;
        this.environment = environment;
    }

    List<String> all() throws IOException, InterruptedException {
        final List<String> wrong = new ArrayList<>(counts());
        wrong.addAll(SettledPrompts.of(clients, topics).wrong());
        wrong.addAll(audited());
        return wrong;
    }

    private List<String> counts() throws IOException {
        final JsonNode groups =
                JSON.readTree(folder.resolve("summary.json").toFile()).get("groups");
        final int published = groups.get("published").asInt();
        final int settled = groups.get("learned").asInt() + groups.get("stale").asInt();
        final boolean sound = published == settled && groups.get("dead").asInt() == 0;
        System.out.println("  groups: " + groups);
        return sound ? List.of() : List.of("published is not learned + stale, or something is dead: " + groups);
    }

    /** The audit: the chain of the journal and all digests, then the steps learned again, which must give the same weights. */
    private List<String> audited() throws IOException, InterruptedException {
        final Path log = folder.resolve("audit.txt");
        final ProcessBuilder audit = JavaProcess.of(
                Judge.class,
                List.of("-Xmx900m"),
                "audit",
                "--run=" + environment.get("JUDGE_RUN"),
                "--runs=" + environment.get("JUDGE_RUNS"),
                "--recompute");
        audit.environment().putAll(environment);
        final Process process = JavaProcess.start(audit, log.toFile());
        final boolean ended = process.waitFor(AUDIT_S, TimeUnit.SECONDS);
        if (!ended) {
            JavaProcess.kill(process);
        }
        final List<String> lines = Files.readAllLines(log);
        System.out.println("  audit: " + (lines.isEmpty() ? "" : lines.get(lines.size() - 1)));
        return ended && process.exitValue() == 0 ? List.of() : List.of("the audit failed: " + log);
    }
}
