package org.mtrljudge.standalone.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** An earlier run from whose scored groups another run learns. Its broker runs until this object is closed. */
public final class EarlierRun implements AutoCloseable {
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
     * @param topic the scored topic: RUN.scored or RUN.scored.NAME
     * @throws UsageException when the run or the topic does not exist
     */
    public static EarlierRun open(final Path runs, final String topic) {
        final Matcher parts = TOPIC.matcher(topic);
        if (!parts.matches()) {
            throw new UsageException("--from-scored takes RUN.scored.NAME or RUN.scored, not '" + topic + "'");
        }
        final RunDirectory directory = RunDirectory.open(runs, parts.group(1));
        final RunSettings settings = RunSettings.read(directory.settings(), List.of());
        final Topics topics = settings.connections().topics(directory.run());
        final EmbeddedBroker broker =
                EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()));
        final List<String> scored = broker.topics().stream()
                .filter(name -> TOPIC.matcher(name).matches())
                .toList();
        if (!scored.contains(topic)) {
            broker.close();
            throw new UsageException("the run " + directory.path() + " has no topic " + topic
                    + ", its scored topics are " + new TreeSet<>(scored));
        }
        return new EarlierRun(
                directory,
                broker,
                broker.clients(topics),
                parts.group(2) == null ? topics.scored() : topics.scored(parts.group(2)));
    }

    public Path settings() {
        return directory.settings();
    }

    /** The settings, as {@code key=value}, that start RL from the warmed-up model of the earlier run; empty when it had no warm-up. */
    public List<String> start() {
        final Path warmedUp = directory.path().resolve("checkpoints").resolve(Stage.WARMUP.key());
        return Files.isDirectory(warmedUp) ? List.of("model=" + warmedUp, "sft.steps=0") : List.of();
    }

    /** @param settings the settings of the learning run; its data file determines the folder of images by reference */
    public ScoredLog log(final RunSettings settings) {
        return new ScoredLog(topic, clients, directory.dataRoot(settings));
    }

    @Override
    public void close() {
        broker.close();
    }
}
