package org.mtrljudge.it;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** A run whose rollouts the test writes, with a broker that can be restarted at the same address. */
final class RewardRun implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(300);

    private final Path folder;
    private final Topics topics = new Topics("rewards", new LocalSchemaRegistry());
    private final int port;
    private EmbeddedBroker broker;

    /** @param folder the folder of the test, which will contain the log of the broker and the state of the reward service */
    RewardRun(final Path folder) throws IOException {
        this.folder = folder;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        broker = EmbeddedBroker.start(folder.resolve("kafka"), port);
        broker.prepare(topics);
    }

    void restartBroker() {
        broker.close();
        broker = EmbeddedBroker.start(folder.resolve("kafka"), port);
    }

    Topics topics() {
        return topics;
    }

    /** The address of the broker, as HOST:PORT. */
    String address() {
        return broker.address();
    }

    /** The folder in which the reward service keeps its state. */
    Path state() {
        return folder.resolve("state");
    }

    void create(final List<Topic<?>> more) {
        broker.create(more);
    }

    KafkaClients clients() {
        return broker.clients(topics);
    }

    Producer<String, byte[]> producer() {
        return clients().producer();
    }

    /** Reads these topics from their beginning. */
    Consumer<String, byte[]> reader(final String... names) {
        final Consumer<String, byte[]> consumer = clients().consumer(KafkaClients.Fetching.BY_DEFAULT);
        final List<TopicPartition> partitions = new ArrayList<>();
        for (final String name : names) {
            partitions.add(new TopicPartition(name, 0));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    String promptId(final ConsumerRecord<String, byte[]> record) {
        final ScoredGroup group = topics.scored().valueSerde().decode(record.value());
        return group.getRollout().getPrompt().getPromptId();
    }

    /** @param failure receives what ended the service before it was closed */
    RewardService service(final RewardSet set, final MeterRegistry meters, final AtomicReference<Throwable> failure) {
        return new RewardService(
                broker.clients(topics),
                new RewardSettings(set, AdvantageEstimator.GRPO, false, 1000),
                new RewardService.Instance("reward-0", state()),
                meters,
                failure::set,
                Clock.systemUTC());
    }

    @Override
    public void close() {
        broker.close();
    }
}
