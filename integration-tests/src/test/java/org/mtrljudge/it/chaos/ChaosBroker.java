package org.mtrljudge.it.chaos;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** One of three brokers, which are also the controllers. Every topic has three copies, and a write needs two of them. */
final class ChaosBroker {
    static final int BROKERS = 3;
    private static final String CLUSTER = "bXQtcmwtanVkZ2UtY2hhbw";
    private static final String HOST = "127.0.0.1";

    private ChaosBroker() {}

    /** @param arguments the folder, the id of the node (0 to 2), the ports of the three brokers, the ports of the three controllers */
    public static void main(final String[] arguments) throws Exception {
        final Path folder = Path.of(arguments[0]);
        final int node = Integer.parseInt(arguments[1]);
        final List<String> ports = List.of(arguments).subList(2, 2 + BROKERS);
        final List<String> controllers = List.of(arguments).subList(2 + BROKERS, 2 + 2 * BROKERS);
        Files.createDirectories(folder);
        if (!Files.exists(folder.resolve("meta.properties"))) {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
                    .setNodeId(node)
                    .setClusterId(CLUSTER)
                    .setControllerListenerName("CONTROLLER")
                    .setDirectories(List.of(folder.toString()))
                    .setMetadataLogDirectory(folder.toString())
                    .run();
        }
        final KafkaRaftServer server =
                new KafkaRaftServer(new KafkaConfig(config(folder, node, ports, controllers), false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        server.startup();
        server.awaitShutdown();
    }

    private static Map<String, Object> config(
            final Path folder, final int node, final List<String> ports, final List<String> controllers) {
        final List<String> voters = new ArrayList<>();
        for (int i = 0; i < BROKERS; i++) {
            voters.add(i + "@" + HOST + ":" + controllers.get(i));
        }
        final String listener = "PLAINTEXT://" + HOST + ":" + ports.get(node);
        final Map<String, Object> config = new HashMap<>();
        config.put("process.roles", "broker,controller");
        config.put("node.id", node);
        config.put("controller.quorum.voters", String.join(",", voters));
        config.put("listeners", listener + ",CONTROLLER://" + HOST + ":" + controllers.get(node));
        config.put("advertised.listeners", listener);
        config.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        config.put("controller.listener.names", "CONTROLLER");
        config.put("log.dirs", folder.toString());
        config.put("default.replication.factor", BROKERS);
        config.put("min.insync.replicas", 2);
        for (final String internal :
                List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            config.put(internal + ".replication.factor", String.valueOf(BROKERS));
            config.put(internal + ".num.partitions", "3");
        }
        config.put("transaction.state.log.min.isr", "2");
        config.put("share.coordinator.state.topic.min.isr", "2");
        config.put("group.initial.rebalance.delay.ms", 0);
        config.put("group.share.min.record.lock.duration.ms", 1000);
        config.put("group.share.min.heartbeat.interval.ms", 500);
        config.put("group.share.heartbeat.interval.ms", 500);
        config.put("auto.create.topics.enable", false);
        config.put("message.max.bytes", 16 << 20);
        config.put("num.network.threads", 2);
        config.put("num.io.threads", 4);
        // a full disk must be small enough to fill, and is found at the next segment or flush
        config.put("log.segment.bytes", 16 << 20);
        return config;
    }
}
