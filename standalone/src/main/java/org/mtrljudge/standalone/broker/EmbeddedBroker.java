package org.mtrljudge.standalone.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicAdmin;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.Connections;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.RunException;

/** A Kafka broker and KRaft controller in this JVM. It listens on loopback and keeps its log in a folder. */
public final class EmbeddedBroker implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int NODE_ID = 1;
    /** The client setting with the address, and the name of the file in the log folder that contains the address. */
    private static final String ADDRESS = "bootstrap.servers";

    private static final Set<String> LISTENERS =
            Set.of("listeners", "advertised.listeners", "listener.security.protocol.map");

    // null: the broker runs in another process
    private final @Nullable CombinedServer server;
    private final Map<String, Object> clientConfig;

    private EmbeddedBroker(final @Nullable CombinedServer server, final Map<String, Object> clientConfig) {
        this.server = server;
        this.clientConfig = clientConfig;
    }

    /**
     * The brokers of a run: the brokers that its settings name (as in a run of separate services), or else the broker of the run.
     *
     * @param connections the connections of the run; every client receives the {@code kafka:} section
     * @param own starts or finds the broker of the run
     */
    public static EmbeddedBroker of(final Connections connections, final Supplier<EmbeddedBroker> own) {
        return connections.kafka().containsKey(ADDRESS)
                ? new EmbeddedBroker(null, connections.kafka())
                : own.get().reachedWith(connections.kafka());
    }

    /** The same broker, whose clients also receive these settings, except the address. */
    private EmbeddedBroker reachedWith(final Map<String, Object> kafka) {
        final Map<String, Object> all = new HashMap<>(kafka);
        all.putAll(clientConfig);
        return new EmbeddedBroker(server, all);
    }

    /**
     * The broker of the log of a run. It is started here, unless another process uses the log, for example a run in progress: then this is
     * the broker of that process.
     *
     * @throws RunException when the broker can be neither started nor found
     */
    public static EmbeddedBroker startOrJoin(final Path logDir) {
        return isInUse(logDir) ? join(logDir) : start(logDir, 0);
    }

    /**
     * The broker of another process that uses the log. Closing the returned object does not stop that broker.
     *
     * @throws RunException when the broker cannot be found
     */
    public static EmbeddedBroker join(final Path logDir) {
        if (!isInUse(logDir)) {
            throw new RunException("no process uses " + logDir + ": start or resume the run first", null);
        }
        try {
            return new EmbeddedBroker(null, Map.of(ADDRESS, Files.readString(logDir.resolve(ADDRESS))));
        } catch (final IOException e) {
            throw new RunException(
                    "another process uses " + logDir + ", but the address of its broker cannot be read: " + e, e);
        }
    }

    /**
     * Whether a broker uses the log. Do not call this for a broker in this process: on some systems, closing the lock file would release
     * its lock.
     */
    public static boolean isInUse(final Path logDir) {
        final Path lock = logDir.resolve(".lock");
        if (!Files.exists(lock)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                @Nullable FileLock held = channel.tryLock()) {
            return held == null;
        } catch (final OverlappingFileLockException e) {
            // a broker in this process uses the log
            return true;
        } catch (final IOException e) {
            throw new RunException("the broker's folder " + logDir + " cannot be used: " + e, e);
        }
    }

    /**
     * Starts a broker on a folder. A folder that an earlier broker used keeps its topics.
     *
     * @param wantedPort of the broker, 0 for any free one
     */
    public static EmbeddedBroker start(final Path logDir, final int wantedPort) {
        return start(logDir, wantedPort, Map.of());
    }

    /**
     * As above, with more broker settings. Listeners in these settings are added to the default listeners.
     *
     * @param wantedPort of the broker, 0 for any free one
     */
    public static EmbeddedBroker start(final Path logDir, final int wantedPort, final Map<String, String> more) {
        if (isInUse(logDir)) {
            // a second controller would write into the log of the first before it failed
            throw new RunException("another process uses " + logDir + ": stop it first", null);
        }
        final int port = freePort(wantedPort);
        final int controllerPort = freePort(0);
        try {
            Files.createDirectories(logDir);
            format(logDir);
            final CombinedServer server = new CombinedServer(withMore(config(logDir, port, controllerPort), more));
            server.startup();
            final String address = HOST + ":" + port;
            Files.writeString(logDir.resolve(ADDRESS), address);
            return new EmbeddedBroker(server, Map.of(ADDRESS, address));
        } catch (final IOException e) {
            throw new RunException("the broker's folder " + logDir + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> withMore(final Map<String, Object> config, final Map<String, String> more) {
        more.forEach((key, value) ->
                config.merge(key, value, (own, added) -> LISTENERS.contains(key) ? own + "," + added : added));
        return config;
    }

    private static int freePort(final int wanted) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), wanted));
            return socket.getLocalPort();
        } catch (final IOException e) {
            throw new RunException(
                    "port " + wanted + " cannot be used (" + e.getMessage()
                            + "): stop the program that uses it, or choose another port with --set broker.port=PORT (0: any free port)",
                    e);
        }
    }

    private static void format(final Path logDir) {
        if (Files.exists(logDir.resolve("meta.properties"))) {
            return;
        }
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(output, true, StandardCharsets.UTF_8))
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName("CONTROLLER")
                    .setDirectories(List.of(logDir.toString()))
                    .setMetadataLogDirectory(logDir.toString())
                    .run();
        } catch (final Exception e) {
            throw new RunException("the broker's folder " + logDir + " cannot be formatted: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> config(final Path logDir, final int port, final int controllerPort) {
        final Map<String, Object> config = new HashMap<>();
        config.put("process.roles", "broker,controller");
        config.put("node.id", NODE_ID);
        config.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        config.put("listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        config.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        config.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        config.put("controller.listener.names", "CONTROLLER");
        config.put("log.dirs", logDir.toString());
        for (final String internal :
                List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            config.put(internal + ".replication.factor", "1");
            config.put(internal + ".num.partitions", "1");
        }
        config.put("transaction.state.log.min.isr", "1");
        config.put("share.coordinator.state.topic.min.isr", "1");
        config.put("group.initial.rebalance.delay.ms", 0);
        config.put("group.share.min.record.lock.duration.ms", 1000);
        // a heartbeat tells an actor that it may take prompts; the default interval is 5 s
        config.put("group.share.min.heartbeat.interval.ms", 500);
        config.put("group.share.heartbeat.interval.ms", 500);
        // a broker that does not answer for this time leads no partition until it does
        config.put("broker.session.timeout.ms", 2000);
        config.put("broker.heartbeat.interval.ms", 500);
        // the catalogue lists every topic
        config.put("auto.create.topics.enable", false);
        config.put("message.max.bytes", 16 << 20);
        config.put("log.cleaner.backoff.ms", 5000);
        config.put("num.network.threads", 2);
        config.put("num.io.threads", 4);
        return config;
    }

    /** The address to which clients connect, as HOST:PORT. */
    public String address() {
        return String.valueOf(clientConfig.get(ADDRESS));
    }

    /** Clients for a run whose topics are on this broker. */
    public KafkaClients clients(final Topics topics) {
        return new KafkaClients(topics, clientConfig);
    }

    /** The names of all topics on this broker. */
    public Set<String> topics() {
        try (Admin admin = KafkaClients.admin(clientConfig)) {
            return admin.listTopics().names().get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while topics were listed", e);
        } catch (final ExecutionException e) {
            throw new RunException("the topics cannot be listed: " + e.getCause(), e);
        }
    }

    /**
     * The clients of a run that exists.
     *
     * @throws UsageException when this broker has no rollouts of it: clients would wait for them
     */
    public KafkaClients existing(final Topics topics) {
        final String rollouts = topics.rollouts().name();
        final Set<String> found = topics();
        if (!found.contains(rollouts)) {
            throw new UsageException("there is no topic " + rollouts + ", only "
                    + found.stream()
                            .filter(name -> name.endsWith(".rollouts"))
                            .sorted()
                            .toList() + ": the folder of a run has to keep its name, with which its topics begin");
        }
        return clients(topics);
    }

    /** Creates the missing topics of this list. */
    public void create(final List<Topic<?>> topics) {
        try (Admin admin = KafkaClients.admin(clientConfig)) {
            TopicAdmin.create(topics, admin);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while topics were created", e);
        }
    }

    /** Creates the topics of a run and sets up the share group of its actors. */
    public void prepare(final Topics topics) {
        try (Admin admin = KafkaClients.admin(clientConfig)) {
            topics.prepare(admin);
            // the broker of the run is one process, so that its topics cannot have more copies
            if (server == null) {
                topics.warnOfSingleCopies(admin);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while the share group was set up", e);
        } catch (final ExecutionException e) {
            throw new RunException("the run's share group cannot be set up: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.shutdown();
        }
    }
}
