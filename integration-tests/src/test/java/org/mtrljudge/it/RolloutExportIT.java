package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.rollouts.RolloutExport;

/** Scored groups as JSON lines: each list has one entry per completion. */
class RolloutExportIT {
    @TempDir
    private Path folder;

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    private static ScoredGroup scored(final String id, final String task, final Purpose purpose) {
        final RolloutGroup group = RolloutGroups.group(id, task, 4, "é one", "two");
        group.getPrompt().put("purpose", purpose);
        group.getPrompt().put("system", "be kind");
        group.getPrompt()
                .put(
                        "images",
                        List.of(
                                new ImageRef("aa", "pictures/a.png", null),
                                new ImageRef("bb", null, ByteBuffer.wrap(new byte[] {1, 2, 3}))));
        return new ScoredGroup(
                group,
                "set",
                7,
                List.of(
                        new CompletionScore(Map.of("accuracy", 1.0), 0.1 + 0.2, 0.5, "yes", null, List.of("fine")),
                        new CompletionScore(
                                Map.of("accuracy", 0.0, "extra", 2.0), 0.0, -0.5, null, "no verdict", null)),
                false,
                1.0,
                12L,
                0);
    }

    @Test
    void shouldWriteWhatIsWanted() throws Exception {
        final List<JsonNode> rows = new ArrayList<>();
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
                producer.send(topics.scored().message("p1", scored("p1", "a", Purpose.TRAIN)));
                producer.send(topics.scored().message("p2", scored("p2", "b", Purpose.TRAIN)));
                producer.send(topics.scored().message("p3", scored("p3", "a", Purpose.EVAL)));
            }
            final Path file = folder.resolve("rollouts.jsonl");
            assertThat(new RolloutExport(Purpose.TRAIN, Set.of("a"), true)
                            .write(broker.clients(topics), topics.scored(), file))
                    .isEqualTo(1);
            for (final String line : Files.readAllLines(file)) {
                rows.add(Mappers.JSON.readTree(line));
            }
            assertThat(new RolloutExport(null, Set.of(), false)
                            .write(broker.clients(topics), topics.scored(), folder.resolve("all.jsonl")))
                    .isEqualTo(3);
        }
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.path("prompt_id").asText()).isEqualTo("p1");
            assertThat(row.path("prompt").toString())
                    .isEqualTo(
                            "[{\"role\":\"system\",\"content\":\"be kind\"},{\"role\":\"user\",\"content\":\"a ball?\"}]");
            assertThat(row.path("images").toString())
                    .isEqualTo(
                            "[{\"sha256\":\"aa\",\"path\":\"pictures/a.png\"},{\"sha256\":\"bb\",\"bytes\":\"AQID\"}]");
            assertThat(row.path("completions").toString()).isEqualTo("[\"é one\",\"two\"]");
            assertThat(row.path("rewards").path(0).asDouble()).isEqualTo(0.1 + 0.2);
            assertThat(row.path("advantages").toString()).isEqualTo("[0.5,-0.5]");
            assertThat(row.path("verdicts").toString()).isEqualTo("[\"yes\",null]");
            assertThat(row.path("components").toString())
                    .isEqualTo(
                            "[{\"name\":\"accuracy\",\"values\":[1.0,0.0]},{\"name\":\"extra\",\"values\":[null,2.0]}]");
            assertThat(row.path("said").toString()).isEqualTo("[[\"fine\"],null]");
            assertThat(row.path("completion_ids").toString()).isEqualTo("[[1,2],[1,2]]");
            assertThat(row.path("logprobs").path(0).path(1).floatValue()).isEqualTo(-0.2f);
            assertThat(row.path("policy_version").asInt()).isEqualTo(4);
            assertThat(row.path("rollout_offset").asLong()).isEqualTo(12);
        });
    }
}
