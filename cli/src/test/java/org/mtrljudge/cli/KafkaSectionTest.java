package org.mtrljudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.ClientConfigs;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.experiment.CellSettings;
import org.mtrljudge.standalone.experiment.ExperimentRuns;
import org.mtrljudge.standalone.experiment.report.Cell;
import org.mtrljudge.standalone.experiment.report.Preset;
import org.mtrljudge.standalone.run.EarlierRun;
import org.mtrljudge.standalone.run.LoggedRun;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;

/**
 * The {@code kafka:} section of the settings reaches every Kafka client, also when the broker of the run is embedded. The section in
 * this test names a metrics reporter: Kafka makes one reporter in each client that receives the section.
 */
class KafkaSectionTest {
    @TempDir
    private static Path runs;

    private static ExperimentRuns experiment;
    private static Cell cell;
    private static RunDirectory directory;
    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() {
        experiment = new ExperimentRuns(new CellSettings(Preset.named("small").with(List.of()), runs));
        cell = experiment.cells().get(0);
        directory = RunDirectory.create(runs, cell.name(), 0);
        directory.write("settings.yaml", "kafka:\n  metric.reporters: " + ClientConfigs.class.getName() + "\n");
        broker = EmbeddedBroker.start(directory.kafka(), 0);
        broker.prepare(new Topics(directory.run(), new LocalSchemaRegistry()));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void forget() {
        ClientConfigs.forget();
    }

    /** The kinds of the clients that received the section. */
    private static List<String> clients() {
        return ClientConfigs.all().stream()
                .map(config -> config.containsKey("isolation.level") ? "consumer" : "admin")
                .toList();
    }

    @Test
    void shouldReachTheClientsOfAnAudit() {
        try (LoggedRun logged = new LoggedRun(directory)) {
            logged.audit();
        }
        assertThat(clients()).containsExactly("admin", "consumer", "consumer");
    }

    @Test
    void shouldReachTheClientsOfARunThatAnotherRunLearnsFrom() {
        try (EarlierRun earlier = EarlierRun.open(runs, directory.run() + ".scored")) {
            final RunSettings settings = RunSettings.read(null, List.of());
            assertThat(earlier.log(settings).trainingGroups(settings.learner().rollout()))
                    .isZero();
        }
        assertThat(clients()).containsExactly("admin", "consumer");
    }

    @Test
    void shouldReachTheClientsOfInspect() {
        assertThat(Judge.execute("inspect", "--run=" + directory.run(), "--runs=" + runs))
                .isZero();
        assertThat(clients()).containsExactly("admin", "consumer");
    }

    @Test
    void shouldReachTheClientsOfAnExperiment() {
        experiment.read(cell);
        assertThat(clients()).containsExactly("consumer", "consumer");
    }
}
