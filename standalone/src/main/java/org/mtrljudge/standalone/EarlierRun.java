package org.mtrljudge.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mtrljudge.learner.ScoredLog;
import org.mtrljudge.learner.Stage;
import org.mtrljudge.schemas.KafkaClients;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.Topic;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.settings.UsageException;

/** A run whose scored groups another run learns from; its broker runs until this is closed. */
final class EarlierRun implements AutoCloseable {
    private static final Pattern TOPIC = Pattern.compile("([^.]+)\\.scored(?:\\.([^.]+))?");
    private final RunDirectory directory;
    private final EmbeddedBroker broker;
    private final KafkaClients clients;
    private final Topic<ScoredGroup> topic;

    private EarlierRun(
            final RunDirectory directory,
            final EmbeddedBroker broker,
            final KafkaClients clients,
            final Topic<ScoredGroup> topic) {
        this.directory = directory;
        this.broker = broker;
        this.clients = clients;
        this.topic = topic;
    }

    /**
     * @param topic RUN.scored or RUN.scored.NAME
     * @throws UsageException when there is no such run or topic
     */
    static EarlierRun open(final Path runs, final String topic) {
        final Matcher parts = TOPIC.matcher(topic);
        if (!parts.matches()) {
            throw new UsageException("--from-scored takes RUN.scored.NAME or RUN.scored; this was '" + topic + "'");
        }
        final RunDirectory directory = RunDirectory.open(runs, parts.group(1));
        final RunSettings settings = RunSettings.read(directory.settings(), List.of());
        final Topics topics = settings.connections().topics(directory.run());
        final EmbeddedBroker broker = EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()));
        final List<String> scored = broker.topics().stream()
                .filter(name -> TOPIC.matcher(name).matches())
                .toList();
        if (!scored.contains(topic)) {
            broker.close();
            throw new UsageException(
                    "the run " + directory.path() + " has no topic " + topic + ", only " + new TreeSet<>(scored));
        }
        return new EarlierRun(
                directory,
                broker,
                broker.clients(topics),
                parts.group(2) == null ? topics.scored() : topics.scored(parts.group(2)));
    }

    Path settings() {
        return directory.settings();
    }

    /** Where that run's RL began, if it was warmed up: as {@code key=value}. */
    List<String> start() {
        final Path warmedUp = directory.path().resolve("checkpoints").resolve(Stage.WARMUP.key());
        return Files.isDirectory(warmedUp) ? List.of("model=" + warmedUp, "sft.steps=0") : List.of();
    }

    /** @param settings of the run that learns: its data file says where images by reference lie */
    ScoredLog log(final RunSettings settings) {
        return new ScoredLog(topic, clients, directory.dataRoot(settings));
    }

    @Override
    public void close() {
        broker.close();
    }
}
