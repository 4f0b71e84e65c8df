package org.mtrljudge.it;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicAdmin;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The broker of a test: a container where an engine answers and has the image or can pull it, else the embedded broker. Prints which.
 * Tests that stop a broker and continue with its folder start the embedded broker themselves.
 */
final class TestBroker implements AutoCloseable {
    private static final String IMAGE = System.getProperty("kafka.image", "apache/kafka:4.3.1");

    /** Asks the container engine only once. */
    private static final class Engine {
        private static final @Nullable String WHY_NOT = ContainerEngine.whyNot(IMAGE);
    }

    private final AutoCloseable broker;
    private final String address;

    private TestBroker(final AutoCloseable broker, final String address) {
        this.broker = broker;
        this.address = address;
    }

    /** @param folder the folder of the test, which will contain the embedded broker's log */
    static TestBroker start(final Path folder) {
        if (Engine.WHY_NOT == null) {
            final KafkaContainer container = container();
            container.start();
            System.out.println("broker: a container of " + IMAGE);
            return new TestBroker(container, container.getBootstrapServers());
        }
        System.out.println("broker: embedded (" + Engine.WHY_NOT + ")");
        final EmbeddedBroker embedded = EmbeddedBroker.start(folder.resolve("kafka"), 0);
        return new TestBroker(embedded, embedded.address());
    }

    private static KafkaContainer container() {
        return new KafkaContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"))
                .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1")
                .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1")
                .withEnv("KAFKA_GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS", "1000")
                .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
                .withEnv("KAFKA_MESSAGE_MAX_BYTES", String.valueOf(16 << 20));
    }

    /** The address, as HOST:PORT. */
    String address() {
        return address;
    }

    /** Clients for a run whose topics are on this broker. */
    KafkaClients clients(final Topics topics) {
        return clients(topics, address);
    }

    /** Clients for a run whose topics are on a broker in another process. */
    static KafkaClients clients(final Topics topics, final String address) {
        return new KafkaClients(topics, Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, address));
    }

    void prepare(final Topics topics) {
        admin(topics::prepare);
    }

    void create(final List<Topic<?>> topics) {
        admin(admin -> TopicAdmin.create(topics, admin));
    }

    Set<String> topics() {
        final Set<String> names = new HashSet<>();
        admin(admin -> names.addAll(admin.listTopics().names().get()));
        return names;
    }

    /** A request to a broker. */
    private interface Request {
        void make(Admin admin) throws InterruptedException, ExecutionException;
    }

    private void admin(final Request request) {
        try (Admin admin = KafkaClients.admin(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, address))) {
            request.make(admin);
        } catch (final InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        broker.close();
    }
}
